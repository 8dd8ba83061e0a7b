export { Connections } from './connections';
export { type EventTail, tailOf } from './event-fan-out';
export { type EventStreams, serveEventStreams } from './event-streams';
export { type Toll, type PreparedStream, type StreamOperation } from './prepared-stream';
export { type SubscriptionLimits, defaultSubscriptionLimits } from './subscription-limits';
export { SubscriptionEngine } from './subscription-engine';
export { serveSockets, type SocketServer } from './socket-server';

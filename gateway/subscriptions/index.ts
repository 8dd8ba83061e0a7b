export { type EventTail } from './event-fan-out';
export { type SubscriptionLimits, defaultSubscriptionLimits } from './subscription-limits';
export { SubscriptionEngine } from './subscription-engine';
export { serveSockets, type SocketServer } from './socket-server';

export { aggregateKey } from './aggregate';
export {
  checkEventData,
  eventVersion,
  isEvent,
  isEventType,
  type EventDataOf,
  type TypedEvent,
  type EventType,
} from './catalogue';
export { DeadLetterRow } from './dead-letter.entity';
export { type EventData, type PlatformEvent } from './envelope';
export { eventSettings } from './event-settings';
export { eventEntities, eventMigrations } from './event-tables';
export { eventTypes } from './event-types';
export { inProcessTransport, type InProcessTransportOptions } from './in-process-transport';
export { consumeOnce } from './inbox';
export { InboxRow } from './inbox.entity';
export { LeasedWorker, type LeasedWorkerOptions } from './leased-worker';
export { appendToOutbox, type OutboxEvent } from './outbox';
export { OutboxRelay, type OutboxRelayOptions } from './outbox-relay';
export { OutboxAggregate, OutboxRow, type OutboxStatus } from './outbox.entity';
export { redisStreamsTransport } from './redis-streams-transport';
export { type RedisStreamsOptions } from './redis-connection';
export {
  type EventHandler,
  type EventHistory,
  type EventTransport,
  type PublishResult,
  type Refusal,
  type ReplayOptions,
  type Subscription,
  type TailedEvent,
  type TailListener,
  type TransportHealth,
} from './transport';

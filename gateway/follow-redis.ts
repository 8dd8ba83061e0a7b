import { redisStreamsTransport } from '#shared/events';
import { type OpenEvents } from './start';

/** The event source of a gateway of its own: the streams that the subgraphs' outboxes fill. */
export const followRedis: OpenEvents = ({ REDIS_URL, EVENTS_PREFIX, EVENTS_PARTITIONS }, log) => {
  const transport = redisStreamsTransport({
    url: REDIS_URL,
    prefix: EVENTS_PREFIX,
    partitions: EVENTS_PARTITIONS,
    log,
  });
  return { tail: { subscribe: (listener) => transport.tail(listener) }, close: () => transport.close() };
};

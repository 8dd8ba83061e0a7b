import { redisStreamsTransport } from '#shared/events';
import { redisStore } from '#shared/expiring-store';
import { redisCounters } from '#shared/rate-limits';
import { type OpenEvents } from './start';
import { tailOf } from './subscriptions';

/** What gateways of a platform share: the streams that the subgraphs' outboxes fill, and the counters of rate limits. */
export const followRedis: OpenEvents = ({ REDIS_URL, EVENTS_PREFIX, EVENTS_PARTITIONS }, log) => {
  const transport = redisStreamsTransport({
    url: REDIS_URL,
    prefix: EVENTS_PREFIX,
    partitions: EVENTS_PARTITIONS,
    log,
  });
  return {
    tail: tailOf(transport),
    counters: redisCounters({ url: REDIS_URL, prefix: EVENTS_PREFIX, log }),
    sessions: () => redisStore({ url: REDIS_URL, prefix: EVENTS_PREFIX, log }),
    close: () => transport.close(),
  };
};

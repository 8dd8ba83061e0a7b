export {
  RateLimiter,
  type RateLimiterOptions,
  type RateLimitPolicy,
  type RateLimitState,
  type RateLimitSubject,
} from './rate-limiter';
export { redisCounters, type RedisCountersOptions } from './redis-counters';
export { type SharedCounters, type SpentInWindow } from './shared-counters';

export { type ExpiringStore } from './expiring-store';
export { memoryStore } from './memory-store';
export { redisStore, type RedisStoreOptions } from './redis-store';

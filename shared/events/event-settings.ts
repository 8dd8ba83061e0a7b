import { setting } from '#shared/config';

/** Where events flow. The processes of one platform, publishers, consumers and gateways alike, must agree on all three. */
export const eventSettings = {
  REDIS_URL: setting.url('redis://127.0.0.1:6379'),
  EVENTS_PREFIX: setting.text('sa'),
  /** Fixed once events flow: it decides where each aggregate lies. */
  EVENTS_PARTITIONS: setting.integer({ min: 1, max: 256, fallback: 16 }),
};

export { assertBatch } from './batch';
export { CallerRates, RateLimitedError, defaultRateLimits, type RateLimits } from './caller-rates';
export { Demand } from './demand';
export { DocumentGuard } from './document-guard';
export { addressOf } from './network-address';
export { defaultLimits, type RequestLimits } from './request-limits';

export { DocumentGuard } from './document-guard';
export { defaultLimits, type RequestLimits } from './request-limits';

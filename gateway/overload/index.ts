export { OverloadGuard, defaultOverloadLimits, type OverloadLimits } from './overload-guard';

export { finishRequest } from './finish-request';
export { Metrics } from './metrics';
export { mayReadMetrics } from './metrics-access';
export { mayReadQueryPlan, planExtension, queryPlanHeader } from './query-plan';
export { noteErrors, noteFetch, noteOperation, startRecord, type RequestRecord } from './request-record';
export { traceEvent, tracePreparation, traceRequest } from './trace-request';

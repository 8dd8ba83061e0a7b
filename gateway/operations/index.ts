export { type AuthorizationConfig } from './access-control';
export { Operations, type OperationRequest, type WrittenResult } from './operations';
export { type PreparedOperation } from './prepared-operation';
export { collectFields } from './collect-fields';
export { type IncrementalPart, type IncrementalResult } from './incremental';

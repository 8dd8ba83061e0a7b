export { Operations, type OperationRequest } from './operations';
export { type PreparedOperation } from './prepared-operation';
export { collectFields } from './collect-fields';

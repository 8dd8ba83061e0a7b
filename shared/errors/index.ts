export {
  DomainError,
  ConflictError,
  ForbiddenError,
  InputError,
  NotFoundError,
  UnauthenticatedError,
} from './domain-error';
export type { ErrorCode } from './codes';
export { errorCodes, requestCodes } from './codes';
export { formatError, maskError, stableCodeOf } from './mask';
export { unreachable } from './unreachable';

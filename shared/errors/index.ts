export {
  DomainError,
  ConflictError,
  ForbiddenError,
  InputError,
  NotFoundError,
  UnauthenticatedError,
} from './domain-error';
export type { ErrorCode } from './codes';
export { errorCodes } from './codes';
export { formatError, maskError } from './mask';
export { unreachable } from './unreachable';

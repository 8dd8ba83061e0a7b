import { GraphQLError } from 'graphql';
import { type ErrorCode } from './codes';

interface DomainErrorOptions {
  readonly cause?: unknown;
  /** Path of the input field at fault, e.g. ["input", "birthDate"]. */
  readonly path?: readonly string[];
  /** Further facts for the client, never personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected failure. Its message is shown to the caller and written to logs, so it never holds personal data. */
export class DomainError extends GraphQLError {
  readonly code: ErrorCode;
  readonly inputPath: readonly string[] | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    const { cause, path, details = {} } = options;
    super(message, { extensions: { code, ...details }, ...(cause instanceof Error && { originalError: cause }) });
    this.name = new.target.name;
    this.code = code;
    this.inputPath = path ?? null;
    this.details = details;
  }
}

export class InputError extends DomainError {
  constructor(message: string, path?: readonly string[]) {
    super('BAD_USER_INPUT', message, path ? { path } : {});
  }
}

export class NotFoundError extends DomainError {
  constructor(typeName: string) {
    super('NOT_FOUND', `No such ${typeName}`);
  }
}

export class ConflictError extends DomainError {
  constructor(message: string, code: ErrorCode = 'CONFLICT') {
    super(code, message);
  }
}

export class ForbiddenError extends DomainError {
  constructor(message: string) {
    super('FORBIDDEN', message);
  }
}

export class UnauthenticatedError extends DomainError {
  constructor(message = 'A valid access token is required') {
    super('UNAUTHENTICATED', message);
  }
}

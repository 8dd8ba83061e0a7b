import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { maskError } from '#shared/errors';
import { type Logger } from '#shared/logging';

const statusOfCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  ADDRESS_NOT_ALLOWED: 403,
  WRONG_REGION: 403,
  RATE_LIMITED: 429,
  UPSTREAM_UNAVAILABLE: 503,
  OVERLOADED: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/** A failure as a client sees it: masked, with the id by which the operators find it. */
export interface ClientError {
  readonly status: number;
  readonly error: GraphQLFormattedError;
}

/** Why a request was not executed. What nobody expected goes to the log, whole, and to the client as nothing but a code. */
export function describeRefusal(
  failure: unknown,
  { correlationId, log }: { readonly correlationId: string; readonly log: Logger },
): ClientError {
  const error =
    failure instanceof GraphQLError ? failure : new GraphQLError('Unexpected', { originalError: failure as Error });
  const masked = maskError(error.toJSON());
  const code = String(masked.extensions?.['code']);
  if (code === 'INTERNAL_SERVER_ERROR') {
    log.error({ err: error.originalError ?? failure, correlationId }, 'A request failed unexpectedly');
  }
  return { status: statusOf(error, code), error: withCorrelationId(masked, correlationId) };
}

export function withCorrelationId(error: GraphQLFormattedError, correlationId: string): GraphQLFormattedError {
  return { ...error, extensions: { ...error.extensions, correlationId } };
}

/** An error may say its own status; a stable code has one; anything else is the caller's mistake. */
function statusOf(error: GraphQLError, code: string): number {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : (statusOfCode[code] ?? 400);
}

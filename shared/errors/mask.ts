import { type GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCodes } from './codes';

/** Codes of graphql-js and Apollo Server for requests that are wrong in form; their messages name only the request. */
const requestCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** "Did you mean" spells out the schema to whoever guesses at it. */
const suggestion = / ?Did you mean [^?]*\?/g;

/**
 * What a caller may see of an error: expected ones as they are, anything else as INTERNAL_SERVER_ERROR.
 * The original goes to the log, never to the wire: its text may hold SQL, paths or personal data.
 */
export function maskError(error: GraphQLFormattedError): GraphQLFormattedError {
  const code = error.extensions?.['code'];
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' && (code in errorCodes || requestCodes.has(code))) {
    const { stacktrace: _stacktrace, ...extensions } = error.extensions ?? {};
    return { ...error, message: error.message.replace(suggestion, ''), extensions };
  }
  return {
    message: 'Something went wrong on our side',
    ...(error.path && { path: error.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** Apollo's formatError: masks, and hands unexpected errors to `report` with their cause. */
export function formatError(
  report: (error: unknown) => void,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const masked = maskError(formatted);
    if (masked.extensions?.['code'] === 'INTERNAL_SERVER_ERROR') {
      report((error as GraphQLError | undefined)?.originalError ?? error);
    }
    return masked;
  };
}

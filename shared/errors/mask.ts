import { type GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCodes, requestCodes } from './codes';

/** "Did you mean" spells out the schema to whoever guesses at it. */
const suggestion = / ?Did you mean [^?]*\?/g;

/**
 * What a caller may see of an error: expected ones as they are, anything else as INTERNAL_SERVER_ERROR.
 * The original goes to the log, never to the wire: its text may hold SQL, paths or personal data.
 */
export function maskError(error: GraphQLFormattedError): GraphQLFormattedError {
  const code = error.extensions?.['code'];
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' && isStable(code)) {
    const { stacktrace: _stacktrace, ...extensions } = error.extensions ?? {};
    return { ...error, message: error.message.replace(suggestion, ''), extensions };
  }
  return {
    message: 'Something went wrong on our side',
    ...(error.path && { path: error.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

function isStable(code: string): boolean {
  return Object.hasOwn(errorCodes, code) || Object.hasOwn(requestCodes, code);
}

/** The code of an error, for telemetry: a code that is not in the list may be any text, and is OTHER. */
export function stableCodeOf({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): string {
  const code = extensions?.['code'];
  return typeof code === 'string' && isStable(code) ? code : 'OTHER';
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

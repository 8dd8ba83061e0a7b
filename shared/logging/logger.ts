import { type Logger as PinoLogger, pino } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The part of pino the platform uses: structured fields first, then one sentence. */
export interface Logger {
  child(fields: Record<string, unknown>): Logger;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Names of fields that carry protected health information or secrets. A field of that name is blanked wherever it
 * appears in a log line: the log is not a place that erasure reaches.
 */
const redactedNames = [
  ...['givenName', 'familyName', 'preferredName', 'birthDate', 'email', 'phone', 'address', 'nationalId', 'mrn'],
  ...['firstName', 'lastName', 'displayName', 'phoneNumber', 'identity', 'demographics', 'referralReason', 'rationale'],
  ...['password', 'clientSecret', 'secret', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'token'],
  ...['variables', 'body'],
];

const redactedPaths = redactedNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** JSON lines on `destination` (standard error by default, so that standard output stays the user's). */
export function createLogger(
  level: LogLevel,
  destination: NodeJS.WritableStream = process.stderr,
  context: () => Record<string, unknown> = () => ({}),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      redact: { paths: redactedPaths, censor: '[redacted]' },
      mixin: context,
      serializers: { err: describeError },
    },
    destination,
  );
}

/**
 * The same log for lines whose every field is chosen by the code, such as one per request: looking through a line for
 * names to blank takes a hundred times as long as writing it.
 */
export function unredacted(log: Logger): Logger {
  return (log as PinoLogger).child({}, { redact: [] });
}

/** Driver errors quote the statement and its parameters; only what cannot hold a patient's data is kept. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const driver = error as Error & { code?: unknown; driverError?: { code?: unknown } };
  const fromDatabase = driver.driverError !== undefined || 'sql' in error || 'query' in error;
  return {
    type: error.name,
    code: driver.code ?? driver.driverError?.code,
    message: fromDatabase ? '[database error]' : error.message,
    stack: error.stack
      ?.split('\n')
      .slice(1, 8)
      .map((line) => line.trim()),
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  };
}

export const silentLogger: Logger = createLogger('silent');

import { errorCodes, requestCodes } from '#shared/errors';

/** What no answer may have in it, whatever was sent. */
const leaks: readonly [string, RegExp][] = [
  ['a stack', /\bat [\w.<>]+ \(|\n\s+at |stacktrace/],
  ['a path of the machine', /node_modules|node:internal|\.[cm]?[jt]s:\d+|\/(?:home|work|usr|tmp)\//],
  ['a suggestion', /did you mean/i],
  ['SQL', /ER_PARSE_ERROR|near SELECT|SQLITE_/],
  ['a type error', /Cannot read propert|is not a function|is not iterable|Unexpected token|call stack/],
];

export interface ErrorOfAnswer {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

interface ResultOfAnswer {
  readonly errors?: readonly ErrorOfAnswer[];
}

/** @returns what is wrong with an answer, or null */
export function faultOf({ status, type, body }: { status: number; type: string; body: string }): string | null {
  if (status >= 500) return `status ${String(status)}: ${body.slice(0, 300)}`;
  const leak = leakIn(body);
  if (leak) return leak;
  if (!type.includes('json') || body === '') return null;
  const answer = JSON.parse(body) as ResultOfAnswer | ResultOfAnswer[];
  return faultOfErrors([answer].flat().flatMap(({ errors = [] }) => errors));
}

export function faultOfErrors(errors: readonly ErrorOfAnswer[]): string | null {
  for (const { message, extensions } of errors) {
    const code = String(extensions?.['code']);
    if (!Object.hasOwn(errorCodes, code) && !Object.hasOwn(requestCodes, code)) return `the code ${code}: ${message}`;
    if (typeof extensions?.['correlationId'] !== 'string') return `no correlation id: ${message}`;
  }
  return null;
}

export function leakIn(body: string): string | null {
  const leak = leaks.find(([, pattern]) => pattern.test(body));
  return leak ? `${leak[0]} in ${body.slice(0, 300)}` : null;
}

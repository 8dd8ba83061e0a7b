import { type FormattedExecutionResult, type GraphQLFormattedError } from 'graphql';

/** What a client gets. */
export interface WrittenAnswer {
  readonly errors?: readonly GraphQLFormattedError[];
  /** Bytes of a JSON object with `data` in it. */
  readonly data?: Buffer;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The answer as JSON (GraphQL specification §7.1): errors first, so that people see them. */
export function bytesOf({ errors, data, extensions }: WrittenAnswer): Buffer {
  if (data && !errors && !extensions) return data;
  const members = [
    ...(errors ? [Buffer.from(`"errors":${JSON.stringify(errors)}`)] : []),
    ...(data ? [data.subarray(1, -1)] : []),
    ...(extensions ? [Buffer.from(`"extensions":${JSON.stringify(extensions)}`)] : []),
  ];
  return Buffer.concat([
    open,
    ...members.flatMap((member, index) => (index === 0 ? [member] : [comma, member])),
    close,
  ]);
}

/** The answer as values, for those who do not send it on as it is. */
export function valueOf(answer: WrittenAnswer): FormattedExecutionResult {
  return JSON.parse(bytesOf(answer).toString('utf8')) as FormattedExecutionResult;
}

/** Several answers as one list. */
export function listOf(answers: readonly WrittenAnswer[]): Buffer {
  const items = answers.map(bytesOf).flatMap((bytes, index) => (index === 0 ? [bytes] : [comma, bytes]));
  return Buffer.concat([Buffer.from('['), ...items, Buffer.from(']')]);
}

const open = Buffer.from('{');
const comma = Buffer.from(',');
const close = Buffer.from('}');

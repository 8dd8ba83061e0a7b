/** What GraphQL over HTTP answers in ("Media Types"). */
export const mediaTypes = { json: 'application/json', response: 'application/graphql-response+json' } as const;

export type MediaType = (typeof mediaTypes)[keyof typeof mediaTypes];

const anything = new Set(['*/*', 'application/*']);

interface Range {
  readonly type: string;
  readonly quality: number;
}

/**
 * The media type that a client would rather have (RFC 9110 §12.5.1).
 * @returns null when it takes neither
 */
export function chooseMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === mediaTypes.json) return mediaTypes.json;
  const ranges = accept.split(',').map(readRange);
  const qualityOf = (mediaType: string): number =>
    (ranges.find(({ type }) => type === mediaType) ?? ranges.find(({ type }) => anything.has(type)))?.quality ?? 0;
  const [json, response] = [qualityOf(mediaTypes.json), qualityOf(mediaTypes.response)];
  if (Math.max(json, response) === 0) return null;
  // Of two that are named and liked as well, the newer one; a wildcard alone gets the one that every client knows.
  const isNamed = ranges.some(({ type }) => type === mediaTypes.response);
  return response > json || (isNamed && response === json) ? mediaTypes.response : mediaTypes.json;
}

/** Whether a client wants Server-Sent Events, and nothing else more. */
export function asksForEventStream(accept: string | undefined): boolean {
  if (!accept?.includes('text/event-stream')) return false;
  const ranges = accept.split(',').map(readRange);
  const quality = ranges.find(({ type }) => type === 'text/event-stream')?.quality ?? 0;
  return quality > 0 && ranges.every((range) => range.quality <= quality);
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
}

/** Refusals of a request that was well-formed as HTTP. */
const requestErrors = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * Clients that name `application/json` expect 200 beside errors of a GraphQL request (GraphQL over HTTP,
 * "application/json"); all others are told by the status.
 */
export function statusFor(status: number, code: unknown, accept: string | undefined): number {
  const isNamed = accept?.includes(mediaTypes.json) && !accept.includes(mediaTypes.response);
  return status === 400 && isNamed && requestErrors.has(String(code)) ? 200 : status;
}

/** JSON in UTF-8, which is what a body must be (RFC 8259 §8.1). */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === mediaTypes.json) return true;
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  return type === mediaTypes.json && parameters.every((parameter) => /^charset="?utf-?8"?$/.test(parameter));
}

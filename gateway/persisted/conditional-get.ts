import { createHash } from 'node:crypto';

export interface ConditionalAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<'etag' | 'cache-control' | 'vary', string>>;
  /** Empty for 304 (RFC 9110 §15.4.5). */
  readonly body: Buffer;
}

/**
 * The answer to a GET of a persisted query: whoever has it already is told that nothing has changed. Only the caller's own
 * cache may keep it, and must ask each time: what a caller may see changes with scopes and consents.
 * @param ifNoneMatch the request's header
 */
export function answerConditionally(body: Buffer, ifNoneMatch: string | undefined): ConditionalAnswer {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'Accept, Authorization, Origin' };
  return matches(ifNoneMatch, etag) ? { status: 304, headers, body: Buffer.alloc(0) } : { status: 200, headers, body };
}

/** Weak comparison (RFC 9110 §13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}

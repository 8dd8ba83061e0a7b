import { createHash } from 'node:crypto';

/** The identifier of a document as GraphQL-over-HTTP defines it (appendix "Persisted Documents"): `sha256:` and 64 hex digits. */
export function documentIdOf(source: string): string {
  return `sha256:${hashOf(source)}`;
}

/** SHA-256 of the document's UTF-8 text, in lower-case hexadecimal. */
export function hashOf(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}

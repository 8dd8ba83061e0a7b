import { type IncomingHttpHeaders } from 'node:http';
import { timingSafeEqualText } from '#shared/crypto';

/** Where a page of this origin puts the token that `/admin/session` has told it. */
const csrfHeader = 'x-csrf-token';

/**
 * Whether a request with the cookie was made by a page of this very origin. The token proves it: only such a page can
 * read it. What the browser itself says (Fetch Metadata; RFC 6454) must not contradict.
 */
export function isFromOwnPage(headers: IncomingHttpHeaders, own: { origin: string; csrfToken: string }): boolean {
  const { origin, 'sec-fetch-site': site, [csrfHeader]: token } = headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin !== undefined && origin !== own.origin) return false;
  return typeof token === 'string' && timingSafeEqualText(token, own.csrfToken);
}

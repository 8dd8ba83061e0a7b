import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { timingSafeEqualText } from '#shared/crypto';

const cookiePattern = /^[\w-]{43}$/;

/** What a page with a form is sent with. */
export interface GuardedForm {
  /** For the field `form_token`. */
  readonly token: string;
  readonly cookie: string;
}

/**
 * Forms are taken only from pages of ours: the cookie that came with the page, and the hash of it that stands in the form.
 * Another site can read neither, and cannot set a cookie whose name begins with `__Host-` (OWASP's double submit).
 */
export class FormGuard {
  private readonly cookieName: string;

  constructor(private readonly isSecure: boolean) {
    this.cookieName = isSecure ? '__Host-sa_form' : 'sa_form';
  }

  /** For a page that is about to be shown. The secret stays the same, so that two windows do not disturb each other. */
  protect(request: IncomingMessage): GuardedForm {
    const secret = this.secretOf(request) ?? randomBytes(32).toString('base64url');
    const secure = this.isSecure ? '; Secure' : '';
    return {
      token: tokenOf(secret),
      cookie: `${this.cookieName}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure}`,
    };
  }

  /** Whether a form was sent by the page of ours it says. */
  accepts(request: IncomingMessage, form: URLSearchParams): boolean {
    const { 'sec-fetch-site': site } = request.headers;
    // Fetch Metadata, where the browser sends it; the token decides where it does not.
    if (site !== undefined && site !== 'same-origin') return false;
    const secret = this.secretOf(request);
    return secret !== null && timingSafeEqualText(form.get('form_token') ?? '', tokenOf(secret));
  }

  private secretOf({ headers }: IncomingMessage): string | null {
    const begin = `${this.cookieName}=`;
    const parts = (headers.cookie ?? '').split(';').map((part) => part.trim());
    const [value, ...more] = parts.filter((part) => part.startsWith(begin)).map((part) => part.slice(begin.length));
    return value !== undefined && more.length === 0 && cookiePattern.test(value) ? value : null;
  }
}

function tokenOf(secret: string): string {
  return createHash('sha256').update(`form:${secret}`).digest('base64url');
}

import { type IncomingMessage } from 'node:http';

interface CookieOptions {
  readonly sameSite: 'Strict' | 'Lax';
  /** Whole seconds; absent: until the browser is closed. */
  readonly maxAgeSeconds?: number;
}

/** Cookies of one origin. Behind TLS their names begin with `__Host-`: no other host can set them (RFC 6265bis §4.1.3). */
export class Cookies {
  constructor(private readonly isSecure: boolean) {}

  /** @returns the value; null when there is none, or more than one */
  read({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | null {
    const begin = `${this.nameOf(name)}=`;
    const values = (headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(begin));
    return values.length === 1 ? (values[0]?.slice(begin.length) ?? null) : null;
  }

  /** A `Set-Cookie` that scripts cannot read. */
  write(name: string, value: string, { sameSite, maxAgeSeconds }: CookieOptions): string {
    return [
      `${this.nameOf(name)}=${value}`,
      ...['Path=/', 'HttpOnly', `SameSite=${sameSite}`],
      ...(this.isSecure ? ['Secure'] : []),
      ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${String(maxAgeSeconds)}`]),
    ].join('; ');
  }

  clear(name: string): string {
    return this.write(name, '', { sameSite: 'Lax', maxAgeSeconds: 0 });
  }

  private nameOf(name: string): string {
    return this.isSecure ? `__Host-${name}` : name;
  }
}

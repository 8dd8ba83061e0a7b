/** The codes of RFC 6749 §5.2. */
export type OAuthErrorCode =
  'invalid_request' | 'invalid_client' | 'unauthorized_client' | 'unsupported_grant_type' | 'invalid_scope';

interface OAuthErrorOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal of the token endpoint, as RFC 6749 §5.2 has it written. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param description ASCII, shown to the caller */
  constructor(
    readonly code: OAuthErrorCode,
    description: string,
    { status = 400, headers = {} }: OAuthErrorOptions = {},
  ) {
    super(description);
    this.status = status;
    this.headers = headers;
  }

  /** 401 with a challenge, whichever way the client tried: §5.2 wants it for the Authorization header and allows it always. */
  static invalidClient(): OAuthError {
    const headers = { 'www-authenticate': 'Basic realm="token", charset="UTF-8"' };
    return new OAuthError('invalid_client', 'Client authentication failed', { status: 401, headers });
  }

  get body(): { error: OAuthErrorCode; error_description: string } {
    return { error: this.code, error_description: this.message };
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { timingSafeEqualText } from '#shared/crypto';
import { type AdminConfig } from './admin-config';
import { type Sealing } from './sealing';

/** How long somebody may take at the identity provider. */
export const flowSeconds = 600;

const purpose = 'flow';
const flowSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  endsAt: z.number(),
});

/** A sign-in under way. The browser keeps it, sealed, and brings it back with the provider's answer. */
type Flow = z.infer<typeof flowSchema>;

/** Why there is no session. The words of the pages are chosen by it; nothing of the provider's answer is shown. */
export type AdminRefusal = 'NO_FLOW' | 'WRONG_STATE' | 'PROVIDER' | 'REFUSED';

export class AdminSignInError extends Error {
  override readonly name = 'AdminSignInError';

  constructor(
    readonly reason: AdminRefusal,
    options?: ErrorOptions,
  ) {
    super(`Not signed in: ${reason}`, options);
  }
}

const metadataSchema = z.object({ issuer: z.string(), authorization_endpoint: z.url() });
const metadataTimeoutMs = 5_000;
const metadataKeptMs = 3_600_000;

/** The part of OpenID Connect's code flow that needs a browser. Codes are exchanged elsewhere. */
export class AuthorizationFlow {
  private endpoint: { readonly url: string; readonly until: number } | null = null;

  constructor(
    private readonly config: AdminConfig,
    private readonly sealing: Sealing,
  ) {}

  get redirectUri(): string {
    return `${this.config.publicUrl}/admin/callback`;
  }

  /** @throws {AdminSignInError} PROVIDER when the identity provider does not say where to go */
  async begin(returnTo: string, at: Date): Promise<{ readonly location: string; readonly cookie: string }> {
    const flow: Flow = {
      ...{ state: random(), nonce: random(), codeVerifier: random() },
      ...{ returnTo: this.isOwnPath(returnTo) ? returnTo : '/', endsAt: at.getTime() + flowSeconds * 1_000 },
    };
    const location = new URL(await this.authorizationEndpoint(at));
    const { clientId, hostedDomain } = this.config;
    const parameters = {
      ...{ response_type: 'code', client_id: clientId, redirect_uri: this.redirectUri, scope: 'openid email' },
      ...{ state: flow.state, nonce: flow.nonce, code_challenge_method: 'S256' },
      code_challenge: createHash('sha256').update(flow.codeVerifier).digest('base64url'),
      // A hint for the account chooser; the claim in the ID token is what counts.
      hd: hostedDomain,
    };
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
    return { location: location.href, cookie: this.sealing.seal(purpose, flow) };
  }

  /**
   * What is exchanged for tokens, from the provider's answer.
   * @throws {AdminSignInError} unless the answer is to what this browser has begun
   */
  resume(cookie: string | null, answer: URLSearchParams, at: Date): Flow & { readonly code: string } {
    const flow = flowSchema.safeParse(cookie === null ? null : this.sealing.open(purpose, cookie));
    if (!flow.success || flow.data.endsAt <= at.getTime()) throw new AdminSignInError('NO_FLOW');
    if (!timingSafeEqualText(answer.get('state') ?? '', flow.data.state)) throw new AdminSignInError('WRONG_STATE');
    // RFC 9207 §2.4: an answer that says who it is from must be from the provider that was asked.
    const issuer = answer.get('iss');
    const code = answer.get('code');
    if (code === null || (issuer !== null && issuer !== this.config.issuer)) throw new AdminSignInError('REFUSED');
    return { ...flow.data, code };
  }

  /** A path of this origin: nobody is sent elsewhere by a link to the sign-in. */
  private isOwnPath(path: string): boolean {
    const { origin } = new URL(this.config.publicUrl);
    return (
      path.startsWith('/') &&
      path.length <= 500 &&
      URL.canParse(path, origin) &&
      new URL(path, origin).origin === origin
    );
  }

  /** OpenID Connect Discovery 1.0 §4. */
  private async authorizationEndpoint(at: Date): Promise<string> {
    if (this.endpoint && this.endpoint.until > at.getTime()) return this.endpoint.url;
    const { issuer } = this.config;
    try {
      const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
        signal: AbortSignal.timeout(metadataTimeoutMs),
        redirect: 'error',
      });
      const metadata = metadataSchema.parse(await response.json());
      if (metadata.issuer !== issuer) throw new Error('The metadata are of another issuer'); // §4.3
      this.endpoint = { url: metadata.authorization_endpoint, until: at.getTime() + metadataKeptMs };
      return this.endpoint.url;
    } catch (cause) {
      throw new AdminSignInError('PROVIDER', { cause });
    }
  }
}

/** 256 bits: as code verifier 43 characters (RFC 7636 §4.1). */
function random(): string {
  return randomBytes(32).toString('base64url');
}

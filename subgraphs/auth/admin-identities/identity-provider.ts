import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { DomainError } from '#shared/errors';

export interface IdentityProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The domain whose accounts are the platform's staff. */
  readonly hostedDomain: string;
}

/** What the gateway has got from the provider by way of the browser, and what it had asked with. */
export interface AuthorizationAnswer {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly nonce: string;
}

/** An account of the provider: verified, and of the domain. */
export interface VerifiedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
}

/** Why an answer of the provider is not taken. */
export class IdentityRefusedError extends Error {
  override readonly name = 'IdentityRefusedError';
}

const timeoutMs = 5_000;
const metadataKeptMs = 3_600_000;
const clockToleranceSeconds = 5;
/** Asymmetric only (RFC 8725 §3.1). */
const algorithms = ['RS256', 'ES256', 'EdDSA'];

const metadataSchema = z.object({ issuer: z.string(), token_endpoint: z.url(), jwks_uri: z.url() });
const tokensSchema = z.object({ id_token: z.string() });
const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  nonce: z.string(),
  email: z.email(),
  email_verified: z.boolean(),
  hd: z.string().optional(),
  azp: z.string().optional(),
});

interface Metadata {
  readonly tokenEndpoint: string;
  readonly keys: JWTVerifyGetKey;
  readonly until: number;
}

/** The relying party of one OpenID provider: exchanges codes, and believes ID tokens when all of them is in order. */
export class IdentityProvider {
  private known: Metadata | null = null;

  constructor(private readonly settings: IdentityProviderSettings) {}

  /**
   * @throws {IdentityRefusedError} for a code that is wrong or used, and an ID token or account that is not as it must be
   * @throws {DomainError} UPSTREAM_UNAVAILABLE when the provider cannot be reached
   */
  async exchange(answer: AuthorizationAnswer, at: Date): Promise<VerifiedIdentity> {
    const metadata = await this.metadata(at);
    return this.verify(await this.redeem(metadata.tokenEndpoint, answer), { metadata, nonce: answer.nonce, at });
  }

  /** RFC 6749 §4.1.3 with RFC 7636 §4.5. @returns the ID token */
  private async redeem(tokenEndpoint: string, answer: AuthorizationAnswer): Promise<string> {
    const { clientId, clientSecret } = this.settings;
    const response = await reach(tokenEndpoint, {
      method: 'POST',
      // RFC 6749 §2.3.1: both are form-encoded before they are joined.
      headers: {
        authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`,
      },
      body: new URLSearchParams({
        ...{ grant_type: 'authorization_code', code: answer.code },
        ...{ redirect_uri: answer.redirectUri, code_verifier: answer.codeVerifier },
      }),
    });
    if (!response.ok) throw new IdentityRefusedError(`The provider refuses the code with ${String(response.status)}`);
    const tokens = tokensSchema.safeParse(await response.json());
    if (!tokens.success) throw new IdentityRefusedError('The provider has answered without an ID token');
    return tokens.data.id_token;
  }

  /** OpenID Connect Core §3.1.3.7. */
  private async verify(
    idToken: string,
    { metadata, nonce, at }: { metadata: Metadata; nonce: string; at: Date },
  ): Promise<VerifiedIdentity> {
    const { issuer, clientId, hostedDomain } = this.settings;
    const claims = await readClaims(idToken, metadata.keys, {
      ...{ issuer, audience: clientId, algorithms, clockTolerance: clockToleranceSeconds, currentDate: at },
      requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
    });
    if (claims.nonce !== nonce) throw new IdentityRefusedError('The ID token answers another request');
    if (claims.azp !== undefined && claims.azp !== clientId) throw new IdentityRefusedError('It is for another client');
    if (!claims.email_verified) throw new IdentityRefusedError('The address is not verified');
    const isOfDomain = claims.hd === hostedDomain && claims.email.toLowerCase().endsWith(`@${hostedDomain}`);
    if (!isOfDomain) throw new IdentityRefusedError('The account is not of the domain');
    return { issuer, subject: claims.sub, email: claims.email };
  }

  /** OpenID Connect Discovery 1.0 §4. */
  private async metadata(at: Date): Promise<Metadata> {
    if (this.known && this.known.until > at.getTime()) return this.known;
    const { issuer } = this.settings;
    const response = await reach(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {});
    const parsed = metadataSchema.safeParse(response.ok ? await response.json() : null);
    if (!parsed.success || parsed.data.issuer !== issuer) throw unavailable(); // §4.3: it must be the issuer's own
    this.known = {
      tokenEndpoint: parsed.data.token_endpoint,
      keys: createRemoteJWKSet(new URL(parsed.data.jwks_uri), { timeoutDuration: timeoutMs }),
      until: at.getTime() + metadataKeptMs,
    };
    return this.known;
  }
}

async function readClaims(
  idToken: string,
  keys: JWTVerifyGetKey,
  options: Parameters<typeof jwtVerify>[2],
): Promise<z.infer<typeof claimsSchema>> {
  try {
    const { payload } = await jwtVerify(idToken, keys, options);
    return claimsSchema.parse(payload);
  } catch (cause) {
    if (cause instanceof errors.JWKSTimeout) throw unavailable(cause);
    throw new IdentityRefusedError('The ID token is not in order', { cause });
  }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw unavailable(cause);
  }
}

function unavailable(cause?: unknown): DomainError {
  return new DomainError('UPSTREAM_UNAVAILABLE', 'The identity provider cannot be reached at the moment', { cause });
}

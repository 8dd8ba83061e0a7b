import { type JSONWebKeySet, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { v7 } from 'uuid';
import { type Scope, type TokenVerifier, createTokenVerifier } from '#shared/auth';

export const issuer = 'https://issuer.example';
export const audience = 'sa-platform';

export interface TokenOptions {
  readonly organisationId?: string;
  readonly lifetimeSeconds?: number;
  readonly clientId?: string;
  /** Null: the client acts for itself. */
  readonly userId?: string | null;
  /** `jti`; a fresh one when absent. */
  readonly id?: string;
  /** `sid`. */
  readonly sessionId?: string;
  /** `client_limits`, as it stands in the token. */
  readonly limits?: object;
  /** UK unless told. */
  readonly region?: string;
}

export interface TokenIssuer {
  readonly verifyToken: TokenVerifier;
  readonly keys: JSONWebKeySet;
  /** @returns the value of an Authorization header */
  bearer(scopes: readonly Scope[], options?: TokenOptions): Promise<string>;
}

const defaults = {
  ...{ organisationId: 'org_one', clientId: 'cli_test', userId: 'usr_test', region: 'UK' },
  lifetimeSeconds: 900,
};

/** An issuer with a key of its own, checked by the real verifier. */
export async function createIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' }] };
  return {
    verifyToken: createTokenVerifier({ issuer, audience, keys }),
    keys,
    bearer: async (scopes, options = {}) => {
      const { organisationId, lifetimeSeconds, clientId, userId, region } = { ...defaults, ...options };
      const claims = {
        client_id: clientId,
        org_id: organisationId,
        region,
        scope: scopes.join(' '),
        ...(userId !== null && { user_id: userId }),
        ...(options.sessionId !== undefined && { sid: options.sessionId }),
        ...(options.limits && { client_limits: options.limits }),
      };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'test' })
        .setSubject(userId ?? clientId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(options.id ?? v7())
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        .sign(privateKey);
      return `Bearer ${token}`;
    },
  };
}

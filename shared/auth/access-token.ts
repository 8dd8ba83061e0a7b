import {
  createLocalJWKSet,
  createRemoteJWKSet,
  jwtVerify,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import { BoundedCache } from '#shared/cache';
import { UnauthenticatedError } from '#shared/errors';
import { regions } from '#shared/region';
import { type Actor } from './actor';
import { isScope, type Scope } from './scopes';

/** Asymmetric only: a verifier that also took HS256 could be handed the public key as a secret (RFC 8725 §3.1). */
const algorithms = ['ES256', 'EdDSA', 'RS256'];
/** No verifier takes a token that was issued for longer. */
export const maxTokenLifetimeSeconds = 3_600;
const clockToleranceSeconds = 5;

const claimsSchema = z.object({
  sub: z.string().min(1),
  jti: z.string().min(1),
  sid: z.string().min(1).optional(),
  iat: z.number(),
  exp: z.number(),
  client_id: z.string().min(1),
  org_id: z.string().min(1),
  region: z.enum(regions),
  /** Space-separated (RFC 9068 §2.2.3). */
  scope: z.string(),
  user_id: z.string().optional(),
  roles: z.array(z.string()).default([]),
  patient_ids: z.array(z.string()).default([]),
  practitioner_id: z.string().optional(),
  /** The present actor of a delegation (RFC 8693 §4.1). */
  act: z.object({ sub: z.string().min(1), client_id: z.string().optional() }).optional(),
  /** Id of the break-glass grant that the token was issued under. */
  break_glass: z.string().min(1).optional(),
});

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The one place keys come from (a function gives the same object while they are the same); `jku`, `x5u` and `jwk` in a token's header are never followed (RFC 8725 §3.10). */
  readonly keys: URL | JSONWebKeySet | (() => Promise<JSONWebKeySet>);
  /** Which scopes of a token count. Default: those of the platform's registry; others are dropped. */
  readonly isScope?: (text: string) => text is Scope;
}

export type TokenVerifier = (token: string) => Promise<Actor>;

const maxChecked = 10_000;

/** A token that was in order, and the key that its signature was checked with. */
interface CheckedToken {
  readonly actor: Actor;
  readonly header: JWTHeaderParameters;
  readonly key: unknown;
  readonly expiresAtSeconds: number;
}

/**
 * Checks `at+jwt` access tokens (RFC 9068) and turns them into actors.
 * The verifier throws UNAUTHENTICATED for any token that is not perfectly in order; it never falls back to anonymous.
 * A signature that was good under a key stays good: while the issuer has that key, a token that is shown again is only
 * looked at for its time.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const getKey = keySource(options.keys);
  const checked = new BoundedCache<string, CheckedToken>(maxChecked);

  async function isStillGood(token: string, { header, key, expiresAtSeconds }: CheckedToken): Promise<boolean> {
    if (nowSeconds() >= expiresAtSeconds + clockToleranceSeconds) return false;
    const [payload = '', signature = ''] = token.split('.').slice(1);
    return (await getKey(header, { payload, signature })) === key;
  }

  return async (token) => {
    try {
      const known = checked.get(token);
      if (known && (await isStillGood(token, known))) return known.actor;
      const found = await check(token, getKey, options);
      checked.set(token, found);
      return found.actor;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      throw new UnauthenticatedError('The access token is not valid');
    }
  };
}

async function check(
  token: string,
  getKey: JWTVerifyGetKey,
  { issuer, audience, isScope: counts = isScope }: TokenVerifierOptions,
): Promise<CheckedToken> {
  const {
    payload,
    protectedHeader: header,
    key,
  } = await jwtVerify(token, getKey, {
    issuer,
    audience,
    algorithms,
    typ: 'at+jwt',
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
  });
  const claims = claimsSchema.parse(payload);
  if (claims.exp - claims.iat > maxTokenLifetimeSeconds || claims.iat > nowSeconds() + clockToleranceSeconds) {
    throw new UnauthenticatedError('The access token is not valid');
  }
  return { header, key, actor: actorOf(claims, counts), expiresAtSeconds: claims.exp };
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function actorOf(claims: z.infer<typeof claimsSchema>, counts: (text: string) => text is Scope): Actor {
  const userId = claims.user_id ?? null;
  return {
    kind: userId === null ? 'client' : 'user',
    subject: claims.sub,
    userId,
    clientId: claims.client_id,
    organisationId: claims.org_id,
    region: claims.region,
    scopes: new Set<Scope>(claims.scope.split(' ').filter(counts)),
    roles: claims.roles,
    patientIds: claims.patient_ids,
    practitionerId: claims.practitioner_id ?? null,
    act: claims.act ? { subject: claims.act.sub, clientId: claims.act.client_id ?? null } : null,
    breakGlassGrantId: claims.break_glass ?? null,
    expiresAt: new Date(claims.exp * 1000),
    token: { id: claims.jti, sessionId: claims.sid ?? null, issuedAtMs: claims.iat * 1000 },
  };
}

function keySource(keys: TokenVerifierOptions['keys']): JWTVerifyGetKey {
  if (keys instanceof URL) return createRemoteJWKSet(keys, { cacheMaxAge: 600_000, cooldownDuration: 5_000 });
  if (typeof keys !== 'function') return createLocalJWKSet(keys);
  const sets = new WeakMap<JSONWebKeySet, JWTVerifyGetKey>();
  return async (header, token) => {
    const set = await keys();
    const getKey = sets.get(set) ?? createLocalJWKSet(set);
    sets.set(set, getKey);
    return getKey(header, token);
  };
}

/** The key set could not be had: that is our outage (503), not the caller's bad token (401). */
function isUnreachable(error: unknown): boolean {
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } };
  // fetch reports every network failure as a TypeError with the system's error as its cause.
  return (
    code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC' || (name === 'TypeError' && cause?.code !== undefined)
  );
}

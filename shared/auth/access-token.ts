import {
  createLocalJWKSet,
  decodeJwt,
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
import { callerLimitsClaim } from './caller-limits';
import { KeysUnavailableError, RemoteKeys } from './remote-keys';
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
  client_limits: callerLimitsClaim.optional(),
  /** The present actor of a delegation (RFC 8693 §4.1). */
  act: z.object({ sub: z.string().min(1), client_id: z.string().optional() }).optional(),
  /** Id of the break-glass grant that the token was issued under. */
  break_glass: z.string().min(1).optional(),
  /** The patient that the grant opens. */
  break_glass_patient: z.string().min(1).optional(),
});

/** Somebody whose tokens are taken. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** The one place keys come from (a function gives the same object while they are the same); `jku`, `x5u` and `jwk` in a token's header are never followed (RFC 8725 §3.10). */
  readonly keys: URL | JSONWebKeySet | (() => Promise<JSONWebKeySet>);
}

/** An issuer that is being moved away from: its tokens are taken until then, and not a second longer. */
export interface FurtherIssuer extends TrustedIssuer {
  readonly acceptUntil: Date;
}

export interface TokenVerifierOptions extends TrustedIssuer {
  readonly furtherIssuers?: readonly FurtherIssuer[];
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
  readonly from: KnownIssuer;
}

interface KnownIssuer extends Pick<TrustedIssuer, 'issuer' | 'audience'> {
  readonly getKey: JWTVerifyGetKey;
  readonly acceptUntil: Date | null;
}

/**
 * Checks `at+jwt` access tokens (RFC 9068) and turns them into actors.
 * The verifier throws UNAUTHENTICATED for any token that is not perfectly in order; it never falls back to anonymous.
 * A signature that was good under a key stays good: while the issuer has that key, a token that is shown again is only
 * looked at for its time.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const issuers = knownIssuers(options);
  const { isScope: counts = isScope } = options;
  const checked = new BoundedCache<string, CheckedToken>(maxChecked);

  async function isStillGood(token: string, checkedToken: CheckedToken): Promise<boolean> {
    const { header, key, expiresAtSeconds, from } = checkedToken;
    if (nowSeconds() >= expiresAtSeconds + clockToleranceSeconds || !isAccepted(from)) return false;
    const [payload = '', signature = ''] = token.split('.').slice(1);
    return (await from.getKey(header, { payload, signature })) === key;
  }

  return async (token) => {
    try {
      const known = checked.get(token);
      if (known && (await isStillGood(token, known))) return known.actor;
      const found = await check(token, issuerOf(token, issuers), counts);
      checked.set(token, found);
      return found.actor;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      throw new UnauthenticatedError('The access token is not valid');
    }
  };
}

async function check(token: string, from: KnownIssuer, counts: (text: string) => text is Scope): Promise<CheckedToken> {
  const { issuer, audience, getKey } = from;
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
  return { header, key, from, actor: actorOf(claims, counts), expiresAtSeconds: claims.exp };
}

function knownIssuers({ furtherIssuers = [], ...main }: TokenVerifierOptions): readonly KnownIssuer[] {
  const known = ({ issuer, audience, keys }: TrustedIssuer, acceptUntil: Date | null): KnownIssuer => ({
    ...{ issuer, audience, acceptUntil, getKey: keySource(keys) },
  });
  return [known(main, null), ...furtherIssuers.map((further) => known(further, further.acceptUntil))];
}

/** Says only whose keys to look at: that it is really of this issuer, the signature and `iss` have to show after. */
function issuerOf(token: string, issuers: readonly KnownIssuer[]): KnownIssuer {
  const { iss } = decodeJwt(token);
  const found = issuers.find((known) => known.issuer === iss && isAccepted(known));
  if (!found) throw new UnauthenticatedError('The access token is not valid');
  return found;
}

function isAccepted({ acceptUntil }: KnownIssuer): boolean {
  return acceptUntil === null || acceptUntil.getTime() > Date.now();
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
    ...(claims.break_glass_patient !== undefined && { breakGlassPatientId: claims.break_glass_patient }),
    expiresAt: new Date(claims.exp * 1000),
    token: { id: claims.jti, sessionId: claims.sid ?? null, issuedAtMs: claims.iat * 1000 },
    ...(claims.client_limits && { limits: claims.client_limits }),
  };
}

function keySource(keys: TrustedIssuer['keys']): JWTVerifyGetKey {
  if (keys instanceof URL) return new RemoteKeys(keys).getKey;
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
  return error instanceof KeysUnavailableError;
}

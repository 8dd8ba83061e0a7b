import { type Actor, claimedRegion, mayComeFrom } from '#shared/auth';
import { DomainError, UnauthenticatedError } from '#shared/errors';
import { BoundedCache } from '#shared/cache';
import { type TokenStanding } from '../revocation';
import { type GatewayOptions } from './gateway-options';

/** The value of an Authorization header, and the network address it comes from → who it stands for. */
export type Authenticator = (authorization: string, address: string) => Promise<Actor>;

const pattern = /^(Bearer|Service) +([\w-]+\.[\w-]+\.[\w-]+)$/i;
const maxHeaderLength = 8_192;

/** A token is checked again after this: a withdrawn key has lost its effect everywhere within five seconds. */
const knownMs = 4_000;
const maxKnown = 10_000;

interface Known {
  readonly actor: Actor;
  readonly until: number;
}

/**
 * `Bearer <access token>` for people and clients, `Service <actor context>` for the platform's own services.
 * The authenticator throws UNAUTHENTICATED for anything else: a bad token is never taken for no token. A token that says
 * of itself that it is of another region is refused with WRONG_REGION: that one's keys are not here, and its bearer wants
 * to know where to go rather than that the signature is unknown.
 */
export function createAuthenticator({
  verifyToken,
  verifyService,
  standing,
  region = null,
}: Pick<GatewayOptions, 'verifyToken' | 'verifyService' | 'region'> & {
  readonly standing: TokenStanding;
}): Authenticator {
  async function actorOfService(token: string): Promise<Actor> {
    const { actor, signedBy } = await verifyService(token);
    // A service speaks for itself: with its own key it could otherwise sign for any person of any organisation.
    if (!actor || !signedBy.startsWith('service:') || signedBy !== actor.subject) throw new UnauthenticatedError();
    return actor;
  }

  async function actorHere(scheme: string, token: string): Promise<Actor> {
    region?.assertNotElsewhere(claimedRegion(token));
    const actor = await (scheme.toLowerCase() === 'service' ? actorOfService(token) : verifyToken(token));
    region?.assertHere(actor.region);
    return actor;
  }

  async function verify(authorization: string): Promise<Actor> {
    const match = authorization.length <= maxHeaderLength ? pattern.exec(authorization) : null;
    const [, scheme = '', token = ''] = match ?? [];
    if (!token) throw new UnauthenticatedError('The Authorization header is malformed');
    try {
      return await actorHere(scheme, token);
    } catch (cause) {
      if (cause instanceof DomainError) throw cause;
      throw new DomainError('UPSTREAM_UNAVAILABLE', 'Tokens cannot be checked at the moment', { cause });
    }
  }

  /** Asked at every request, whatever is kept: it takes a look into a few maps. */
  function assertStands(actor: Actor): void {
    if (!actor.token) return;
    if (standing.isRevoked(actor)) throw new UnauthenticatedError('The token has been revoked');
    standing.assertKnown();
  }

  const known = new BoundedCache<string, Known>(maxKnown);
  return async (authorization, address) => {
    const actor = await identify(authorization);
    assertPlace(actor, address);
    return actor;
  };

  async function identify(authorization: string): Promise<Actor> {
    const found = known.get(authorization);
    const now = Date.now();
    if (found && found.until > now) {
      assertStands(found.actor);
      return found.actor;
    }
    const actor = await verify(authorization);
    if (actor.token) await standing.ready();
    assertStands(actor);
    known.set(authorization, { actor, until: Math.min(now + knownMs, actor.expiresAt.getTime()) });
    return actor;
  }
}

/** @throws {DomainError} ADDRESS_NOT_ALLOWED for a client that is bound to networks, from anywhere else */
function assertPlace({ limits }: Actor, address: string): void {
  if (!limits || mayComeFrom(limits, address)) return;
  throw new DomainError('ADDRESS_NOT_ALLOWED', 'This client may not call from this network address');
}

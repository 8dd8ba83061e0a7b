import { decodeJwt, type JWTPayload } from 'jose';
import { type Actor, createTokenVerifier } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { findPerson, type Person } from '../tokens/person';
import { liveSessionById, type SessionWork } from '../sessions/session.service';
import { isRevoked } from './is-revoked';
import { findRegisteredClient } from './registered-client';

/** An access token of ours that stands at this moment. */
export interface StandingToken {
  readonly actor: Actor;
  readonly claims: JWTPayload;
  readonly scopes: readonly string[];
  /** Null for a client that acts for itself. */
  readonly person: Person | null;
}

/**
 * Looks at an access token as closely as only its issuer can: signature and claims, and whether its session, its client
 * and its person are still what they were.
 * @returns null for everything that is not perfectly in order
 */
export async function findStandingToken(work: SessionWork, token: string): Promise<StandingToken | null> {
  const actor = await verified(work, token);
  if (!actor || (await isRevoked(work.system, actor))) return null;
  const client = actor.clientId === null ? null : await findRegisteredClient(work, actor.clientId);
  if (!client) return null;
  const claims = decodeJwt(token);
  const scopes = typeof claims['scope'] === 'string' ? claims['scope'].split(' ') : [];
  if (actor.userId === null) return { actor, claims, scopes, person: null };
  const person = await livePerson(work, actor);
  return person && { actor, claims, scopes, person };
}

async function livePerson(work: SessionWork, { token, userId, organisationId }: Actor): Promise<Person | null> {
  const session = token?.sessionId ? await liveSessionById(work, token.sessionId) : null;
  if (userId === null || session?.userId !== userId) return null;
  return findPerson(work, { userId, organisationId });
}

async function verified({ ports, system }: SessionWork, token: string): Promise<Actor | null> {
  const { published: keys } = await ports.oauth.keys(system);
  const verify = createTokenVerifier({ issuer: ports.issuer(), audience: ports.config.TOKEN_AUDIENCE, keys });
  try {
    return await verify(token);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

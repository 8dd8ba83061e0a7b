import { IsNull, LessThan } from 'typeorm';
import { type Actor } from '#shared/auth';
import { type UnitOfWork } from '#shared/database';
import { InputError, NotFoundError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { type Amr } from '../mfa/mfa.codes';
import { type AuthPorts } from '../ports';
import { endTokens } from '../revocations/end-tokens';
import { type Person } from '../tokens/person';
import { Membership } from '../users/membership.entity';
import { User } from '../users/user.entity';
import { canChangeStatus } from '../users/user.policy';
import { type Device, deviceLabel } from './device';
import { idleSecondsOf } from './session-rules.service';
import { Session, type SessionEnd } from './session.entity';

export interface SessionWork {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly at: Date;
}

export interface NewSession {
  readonly person: Person;
  readonly productId: string;
  readonly clientId: string;
  readonly grantHash: string;
  readonly browserHash: string | null;
  readonly methods: readonly Amr[];
  readonly authenticatedAt: Date;
  readonly device: Device | null;
}

/** Notes a sign-in. The grant must exist already: a session is only ever as good as its grant. */
export async function startSession(work: SessionWork, wanted: NewSession): Promise<Session> {
  const { ports, system, at } = work;
  const { person, device, methods, ...rest } = wanted;
  const ipHash = device?.ip ? await ports.platformKeys.hash(system.source, 'sessions.ip', device.ip) : null;
  const expiresAt = new Date(at.getTime() + ports.config.SESSION_MAX_SECONDS * 1_000);
  return system.unitFor(person, at).transaction(async (tx) => {
    const session = await tx.create(Session, {
      ...{ id: newId('ses'), userId: person.user.id, ...rest, methods: [...methods] },
      ...{ lastSeenAt: at, expiresAt, endedAt: null, endReason: null },
      ...{ device: deviceLabel(device?.userAgent ?? null), ipHash },
    });
    const { id: sessionId, userId } = session;
    await tx.publish('auth.session.started', announcement(session, { sessionId, userId }));
    return session;
  });
}

/** The session of a grant, when it can still get tokens. One that has been idle too long is ended on the way. */
export async function liveSessionOf(work: SessionWork, grantId: string): Promise<Session | null> {
  const grantHash = await work.ports.oauth.records(work.system).grantHash(grantId);
  return ifLive(work, await work.system.source.getRepository(Session).findOneBy({ grantHash }));
}

/** As `liveSessionOf`, for who knows the session itself. */
export async function liveSessionById(work: SessionWork, id: string): Promise<Session | null> {
  return ifLive(work, await work.system.source.getRepository(Session).findOneBy({ id }));
}

async function ifLive(work: SessionWork, session: Session | null): Promise<Session | null> {
  if (!session) return null;
  const idleSeconds = await idleSecondsOf(work.system.unitFor(session, work.at), work.ports.config);
  if (session.isLiveAt(work.at, idleSeconds)) return session;
  await endSession(work, session, 'IDLE');
  return null;
}

export async function touchSession({ system, at }: SessionWork, session: Session): Promise<void> {
  const unit = system.unitFor(session, at);
  await unit.updateWhere(Session, { id: session.id, lastSeenAt: LessThan(at) }, { lastSeenAt: at });
}

/** Ends a session and its family of refresh tokens. Ending one that has ended changes nothing. */
export async function endSession(work: SessionWork, session: Session, reason: SessionEnd): Promise<void> {
  // Marked first: revoking the grant reports back here, and the reason is the first one's.
  await markEnded(work.system.unitFor(session, work.at), session, reason);
  await work.ports.oauth.records(work.system).revokeGrant(session.grantHash, 'REVOKED');
}

/** Every session of a person, and what their browsers remember of them. */
export async function endSessionsOf(work: SessionWork, userId: string, reason: SessionEnd): Promise<void> {
  const sessions = await work.system.source.getRepository(Session).findBy({ userId, endedAt: IsNull() });
  for (const session of sessions) await markEnded(work.system.unitFor(session, work.at), session, reason);
  await work.ports.oauth.records(work.system).revokeAccount(userId);
}

/** What came from one browser's sign-in ends when it signs out. */
export async function endSessionsOfBrowser(work: SessionWork, browserHash: string): Promise<void> {
  const sessions = await work.system.source.getRepository(Session).findBy({ browserHash, endedAt: IsNull() });
  for (const session of sessions) await endSession(work, session, 'LOGGED_OUT');
}

/** The engine has revoked a grant: its session has ended with it. */
export async function noteGrantEnded(
  { system, at }: Pick<SessionWork, 'system' | 'at'>,
  grantHash: string,
  reason: SessionEnd,
): Promise<void> {
  const session = await system.source.getRepository(Session).findOneBy({ grantHash });
  if (session) await markEnded(system.unitFor(session, at), session, reason);
}

/**
 * Signs the caller out.
 * @throws {DomainError} BAD_USER_INPUT for a client that acts for itself: it has no session
 */
export async function logOut(work: SessionWork, actor: Actor, everywhere: boolean): Promise<true> {
  const { userId, token } = actor;
  if (userId === null) throw new InputError('Only people have sessions', []);
  if (everywhere) await endSessionsOf(work, userId, 'LOGGED_OUT');
  else if (token?.sessionId) {
    const session = await work.system.source.getRepository(Session).findOneBy({ id: token.sessionId, userId });
    if (session) await endSession(work, session, 'LOGGED_OUT');
  }
  return true;
}

/**
 * Ends one's own session, or one of a person whose account one may change.
 * @throws {DomainError} NOT_FOUND for everybody else's
 */
export async function revokeSession(work: SessionWork, unit: UnitOfWork, id: string): Promise<User> {
  const session = await unit.get(Session, id);
  const { userId } = session;
  const memberships = await unit.list(Membership, { userId });
  const roles = memberships.flatMap(({ roleKeys }) => roleKeys);
  if (unit.actor.userId !== userId && !canChangeStatus(unit.actor, { id: userId, roles }))
    throw new NotFoundError('Session');
  await endSession(work, session, 'REVOKED');
  return unit.get(User, userId);
}

async function markEnded(unit: UnitOfWork, session: Session, reason: SessionEnd): Promise<void> {
  const { id, userId } = session;
  await unit.transaction(async (tx) => {
    const isFirst = await tx.updateWhere(Session, { id, endedAt: IsNull() }, { endedAt: tx.at, endReason: reason });
    if (isFirst === 0) return;
    await endTokens(tx, { kind: 'SESSION', key: id, isForGood: true });
    await tx.publish('auth.session.ended', announcement(session, { sessionId: id, userId, reason }));
  });
}

function announcement<D>(
  { id }: Session,
  data: D,
): { resourceId: string; aggregate: { type: string; id: string }; data: D } {
  return { resourceId: id, aggregate: { type: 'Session', id }, data };
}

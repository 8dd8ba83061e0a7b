import { In, IsNull } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { type RequestContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { idleSecondsOf } from './session-rules.service';
import { Session } from './session.entity';
import { canSeeSessionsOf } from './session.policy';

/** What can still get tokens, newest first; nothing for those who may not see it. */
export async function liveSessionsOf(context: RequestContext<AuthPorts>, userId: string): Promise<Session[]> {
  const { actor, at, ports, unit } = context;
  if (!canSeeSessionsOf(actor, userId)) return [];
  const sessions = await context.load(openSessionsByUser, userId);
  const idleSeconds = await idleSecondsOf(unit, ports.config);
  return sessions.filter((session) => session.isLiveAt(at, idleSeconds));
}

async function openSessionsByUser(unit: UnitOfWork, userIds: readonly string[]): Promise<Session[][]> {
  const where = { userId: In([...userIds]), endedAt: IsNull() };
  const sessions = await unit.list(Session, where, { order: { createdAt: 'DESC', id: 'DESC' } });
  return userIds.map((id) => sessions.filter(({ userId }) => userId === id));
}

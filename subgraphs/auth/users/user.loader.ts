import { In } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { Membership } from './membership.entity';
import { User } from './user.entity';
import { canSeeUser } from './user.policy';

/** Users by id; null for those the actor may not see. */
export async function visibleUserById(unit: UnitOfWork, ids: readonly string[]): Promise<(User | null)[]> {
  const users = await unit.list(User, { id: In([...ids]) });
  const memberships = await unit.list(Membership, { userId: In([...ids]) });
  const visible = users.filter((user) => {
    const roles = memberships.filter(({ userId }) => userId === user.id).flatMap(({ roleKeys }) => roleKeys);
    return canSeeUser(unit.actor, { id: user.id, roles });
  });
  const found = new Map(visible.map((user) => [user.id, user]));
  return ids.map((id) => found.get(id) ?? null);
}

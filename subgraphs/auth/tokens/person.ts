import { type Region, type Scope } from '#shared/auth';
import { type SystemAccess } from '#shared/subgraph';
import { Organisation } from '../organisations/organisation.entity';
import { scopesOfKeys } from '../roles/role.service';
import { Membership } from '../users/membership.entity';
import { User } from '../users/user.entity';
import { canSignIn } from '../users/user.machine';

/** Who a person is at one organisation, as their tokens say it. */
export interface Person {
  readonly user: User;
  readonly organisationId: string;
  readonly region: Region;
  readonly roles: readonly string[];
  /** What their roles allow, before product and client narrow it. */
  readonly scopes: readonly Scope[];
}

/**
 * The person behind an account, as they stand now: a role that was taken away is gone from the next token.
 * @param organisationId where they act; their own organisation when it is left out
 * @returns null when they may not sign in (any more): suspended, without membership, organisation closed
 */
export async function findPerson(
  { system, at }: { readonly system: SystemAccess; readonly at: Date },
  { userId, organisationId }: { readonly userId: string; readonly organisationId?: string },
): Promise<Person | null> {
  const home = await system.source.getRepository(User).findOne({
    select: { id: true, organisationId: true, region: true },
    where: { id: userId },
  });
  if (!home) return null;
  const actingAt = organisationId ?? home.organisationId;
  const unit = system.unitFor({ organisationId: actingAt, region: home.region }, at);
  const [user, organisation] = [await unit.find(User, userId), await unit.find(Organisation, actingAt)];
  if (!user || !canSignIn(user.status) || organisation?.status !== 'ACTIVE') return null;
  const memberships = await unit.list(Membership, { userId, status: 'ACTIVE' });
  if (memberships.length === 0) return null;
  const roles = [...new Set(memberships.flatMap(({ roleKeys }) => roleKeys))];
  return {
    user,
    organisationId: actingAt,
    region: organisation.region,
    roles,
    scopes: await scopesOfKeys(unit, roles),
  };
}

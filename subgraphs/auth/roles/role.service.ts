import { In } from 'typeorm';
import { isScope, type Scope } from '#shared/auth';
import { isUniqueViolation, type UnitOfWork } from '#shared/database';
import { ConflictError, ForbiddenError, InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { endTokens } from '../revocations/end-tokens';
import { isSystemRole, scopesOfRoles, systemRoles } from '../scopes/role.registry';
import { Membership } from '../users/membership.entity';
import { canChangeStatus, canGrant } from '../users/user.policy';
import { Role } from './role.entity';

const keyPattern = /^[A-Z][A-Z0-9_]{1,62}$/;
const maxNameLength = 100;
const maxRoles = 20;

/**
 * What an organisation may bundle: the scopes its own people may have by the platform's roles. What belongs to the
 * platform, to gateways and to services is in none of them.
 */
const grantable: ReadonlySet<Scope> = new Set(scopesOfRoles(systemRoles.filter((role) => role !== 'PLATFORM_ADMIN')));

export interface NewRole {
  readonly key: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/** @throws {DomainError} BAD_USER_INPUT for scopes the organisation may not grant; CONFLICT for a key in use */
export async function createRole(unit: UnitOfWork, { key, name, scopes }: NewRole): Promise<Role> {
  if (!keyPattern.test(key)) throw new InputError('A key has 2 to 63 capitals, digits and underscores', ['key']);
  if (isSystemRole(key)) throw new ConflictError('The platform has a role of this key');
  if (name.trim() === '' || name.length > maxNameLength)
    throw new InputError('A name has 1 to 100 characters', ['name']);
  const granted = [...new Set(scopes)].map(parseGrantable);
  if (granted.length === 0) throw new InputError('A role has at least one scope', ['scopes']);
  try {
    return await unit.create(Role, { id: newId('rol'), key, name: name.trim(), scopes: granted });
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictError('There is a role of this key');
    throw error;
  }
}

/** The organisation's own roles, by key. */
export async function ownRoles(unit: UnitOfWork, keys?: readonly string[]): Promise<Role[]> {
  return unit.list(Role, keys ? { key: In([...keys]) } : {}, { order: { key: 'ASC' } });
}

/** The scopes of several roles together, the platform's and the organisation's, each once. Keys of none count for nothing. */
export async function scopesOfKeys(unit: UnitOfWork, keys: readonly string[]): Promise<Scope[]> {
  const own = keys.filter((key) => !isSystemRole(key));
  const roles = own.length > 0 ? await ownRoles(unit, own) : [];
  return [...new Set([...scopesOfRoles(keys.filter(isSystemRole)), ...roles.flatMap(({ scopes }) => scopes)])];
}

/** @throws {DomainError} BAD_USER_INPUT for a key that is neither the platform's nor the organisation's */
export async function assertRoles(
  unit: UnitOfWork,
  keys: readonly string[],
  path: readonly string[],
): Promise<readonly string[]> {
  const roles = [...new Set(keys)];
  if (roles.length === 0 || roles.length > maxRoles) throw new InputError('A person has 1 to 20 roles', path);
  const own = roles.filter((key) => !isSystemRole(key));
  const known = new Set((own.length > 0 ? await ownRoles(unit, own) : []).map(({ key }) => key));
  if (own.some((key) => !known.has(key))) throw new InputError('There is no such role', path);
  return roles;
}

/**
 * Gives a person other roles. Their tokens end, so that the next ones carry what they may now.
 * @throws {DomainError} FORBIDDEN for one's own, and for roles one could not grant or have granted
 */
export async function assignRoles(
  unit: UnitOfWork,
  { membershipId, roles: keys, ifVersion }: { membershipId: string; roles: readonly string[]; ifVersion: number },
): Promise<Membership> {
  return unit.transaction(async (tx) => {
    const membership = await tx.get(Membership, membershipId, { ifVersion });
    const { userId: id, roleKeys } = membership;
    const roles = await assertRoles(tx, keys, ['roles']);
    if (!canChangeStatus(tx.actor, { id, roles: roleKeys }) || !canGrant(tx.actor, roles)) {
      throw new ForbiddenError('These roles are not yours to give or take');
    }
    if (membership.status !== 'ACTIVE') throw new ConflictError('This membership has ended');
    membership.roleKeys = [...roles];
    await tx.save(membership);
    await endTokens(tx, { kind: 'SUBJECT', key: id, isForGood: false });
    return membership;
  });
}

function parseGrantable(scope: string): Scope {
  if (isScope(scope) && grantable.has(scope)) return scope;
  throw new InputError('The organisation may not grant this scope', ['scopes']);
}

import { hasScope } from '#shared/auth';
import { type UnitOfWork, isUniqueViolation, type Page, type PageRequest } from '#shared/database';
import { ConflictError, ForbiddenError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { queueLink } from '../account-mail/account-mail.service';
import { voidLinks } from '../links/link.service';
import { isCredentialShared } from '../logins/identity';
import { UserCredential } from '../logins/credential.entity';
import { Login } from '../logins/login.entity';
import { closeChallenges } from '../mfa/challenge.service';
import { MfaDevice } from '../mfa/device.entity';
import { RecoveryCode } from '../mfa/recovery-code.entity';
import { PatientLink } from '../guardians/patient-link.entity';
import { newOneTimeToken } from '../one-time-token';
import { type AuthPorts } from '../ports';
import { endTokens } from '../revocations/end-tokens';
import { assertRoles } from '../roles/role.service';
import { forgetInIndex, idsByText, indexUser } from '../search/user-index.service';
import { endSessionsOf } from '../sessions/session.service';
import { type Invitation, parseInvitation } from './invitation';
import { Membership } from './membership.entity';
import { User } from './user.entity';
import { canSignIn, type UserStatus } from './user.machine';
import { canChangeStatus, canGrant } from './user.policy';
import { type InviteUserInput } from './user.types';

export interface UserWork {
  readonly unit: UnitOfWork;
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
}

interface Account {
  readonly userId: string;
  readonly emailHash: string;
  readonly passwordHash: string;
}

export interface UserFilter {
  readonly status: UserStatus | null;
  /** A whole address, a whole telephone number, or beginnings of names. */
  readonly text: string | null;
}

export async function pageOfUsers(
  unit: UnitOfWork,
  { status, text, ...page }: Pick<PageRequest<User>, 'first' | 'after'> & UserFilter,
): Promise<Page<User>> {
  const ids = text === null ? null : await idsByText(unit, text);
  return unit.page(User, { ...page, where: { ...(status && { status }), ...(ids && { id: ids }) } });
}

/**
 * Makes an account that can sign in with its temporary password.
 * @param userId only where it must be known beforehand (the demo's seeds)
 * @throws {DomainError} FORBIDDEN for roles the caller may not grant; CONFLICT for an address in use; BAD_USER_INPUT.
 */
export async function inviteUser(work: UserWork, input: InviteUserInput, userId = newId('usr')): Promise<User> {
  const { unit, ports, system } = work;
  const invitation = parseInvitation(input, unit.actor.region);
  await assertRoles(unit, invitation.roles, ['input', 'roles']);
  assertMayInvite(unit, invitation, input);
  const emailHash = await ports.platformKeys.emailHash(system.source, invitation.email);
  // Hashed before the transaction begins: that takes longer than anything in it.
  const account = { userId, emailHash, passwordHash: await firstHash(ports, input) };
  const { idempotencyKey: key, temporaryPassword: _password, importedPasswordHash: _hash, ...request } = input;
  try {
    return await unit.once(User, { operation: 'inviteUser', key, request }, (tx) =>
      storeInvited(tx, ports, { invitation, account }),
    );
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictError('This e-mail address is in use already');
    throw error;
  }
}

/**
 * Sends the link of an invitation once more; earlier ones stay good as long as they are.
 * @throws {DomainError} FORBIDDEN, NOT_FOUND; CONFLICT when the account was accepted, or is closed
 */
export async function resendInvitation({ unit, ports }: UserWork, id: string): Promise<User> {
  return unit.transaction(async (tx) => {
    const user = await tx.get(User, id);
    if (!canChangeStatus(tx.actor, { id, roles: await rolesOf(tx, id) })) {
      throw new ForbiddenError('This account is not yours to change');
    }
    const login = await tx.find(Login, id);
    if (login?.verifiedAt !== null || !canSignIn(user.status)) {
      throw new ConflictError('This account was accepted already, or is closed');
    }
    await queueLink(tx, ports, { user, purpose: 'INVITATION' });
    return user;
  });
}

export interface StatusChange {
  readonly id: string;
  readonly ifVersion: number;
  readonly status: UserStatus;
  readonly reason: string;
}

/** @throws {DomainError} ILLEGAL_TRANSITION, FORBIDDEN, STALE_VERSION, NOT_FOUND */
export async function setUserStatus(work: UserWork, { id, ifVersion, status, reason }: StatusChange): Promise<User> {
  const { unit, ports, system } = work;
  const isShared = await isCredentialShared(system, { organisationId: unit.actor.organisationId, id });
  const changed = await unit.transaction(async (tx) => {
    const user = await tx.get(User, id, { ifVersion });
    if (!canChangeStatus(tx.actor, { id, roles: await rolesOf(tx, id) })) {
      throw new ForbiddenError('This account is not yours to change');
    }
    user.become(status, { at: tx.at, by: tx.actor.subject, reason });
    await tx.save(user);
    if (status === 'DELETED') await forgetAccount(tx, { id, isShared });
    if (!canSignIn(status)) await endTokens(tx, { kind: 'SUBJECT', key: id, isForGood: status === 'DELETED' });
    return user;
  });
  if (!canSignIn(status)) await endSessionsOf({ ports, system, at: unit.at }, id, 'REVOKED');
  return changed;
}

async function rolesOf(unit: UnitOfWork, userId: string): Promise<Membership['roleKeys']> {
  const memberships = await unit.list(Membership, { userId });
  return memberships.flatMap(({ roleKeys }) => roleKeys);
}

function assertMayInvite({ actor }: UnitOfWork, { roles, practitionerId }: Invitation, input: InviteUserInput): void {
  if (input.importedPasswordHash && actor.kind !== 'service' && !hasScope(actor, 'auth:roles:write')) {
    throw new ForbiddenError('Passwords are imported by those who hold auth:roles:write');
  }
  // A practitioner's account sees what the practitioner sees, so it is as good as a role.
  const isStaff = practitionerId !== null;
  if (!canGrant(actor, isStaff ? [...roles, 'PROVIDER'] : roles)) {
    throw new ForbiddenError('You may invite patients; other roles need auth:roles:write');
  }
}

/** Without a temporary password nobody knows the first one: the link of the invitation sets another. */
async function firstHash({ hasher }: AuthPorts, input: InviteUserInput): Promise<string> {
  const { temporaryPassword, importedPasswordHash } = input;
  if (importedPasswordHash && !temporaryPassword) return importedPasswordHash;
  return hasher.hash(temporaryPassword ?? newOneTimeToken().token);
}

async function storeInvited(
  tx: UnitOfWork,
  ports: AuthPorts,
  { invitation, account }: { readonly invitation: Invitation; readonly account: Account },
): Promise<User> {
  const { email: emailAddress, phone, firstName, lastName, roles, patientIds, practitionerId } = invitation;
  const { userId: id, emailHash, passwordHash } = account;
  const user = await tx.create(User, {
    ...{ id, emailAddress, phone, firstName, lastName, practitionerId, patientIds: [...patientIds] },
    ...{ status: 'INVITED', statusReason: null, lastLoginAt: null, deletedAt: null, deletedBy: null },
  });
  await indexUser(tx, user);
  for (const patientId of patientIds) {
    const open = { relationship: 'SELF' as const, validUntil: null, endedAt: null, endReason: null };
    await tx.create(PatientLink, { id: newId('lnk'), userId: id, patientId, ...open });
  }
  await tx.create(Membership, { id: newId('mem'), userId: id, roleKeys: [...roles], status: 'ACTIVE' });
  const own = { credentialOrganisationId: null, credentialId: null };
  await tx.create(Login, { id, emailHash, ...own, verifiedAt: null });
  await tx.create(UserCredential, { id, passwordHash, failures: 0, lockedUntil: null, passwordChangedAt: null });
  if (invitation.isMailed) await queueLink(tx, ports, { user, purpose: 'INVITATION' });
  const aggregate = { type: 'User', id };
  // One event per patient: whoever waits for a patient's account need not look inside a list.
  for (const patientId of patientIds.length > 0 ? patientIds : [null]) {
    await tx.publish('auth.user.invited', { resourceId: id, aggregate, data: { userId: id, patientId } });
  }
  return user;
}

/**
 * The address becomes free here, and neither password nor device nor mail opens anything of this account any more. A
 * credential that opens the person's account in another organisation stays for that.
 */
async function forgetAccount(tx: UnitOfWork, { id, isShared }: { id: string; isShared: boolean }): Promise<void> {
  await tx.remove(Login, { id });
  if (!isShared) {
    await tx.remove(UserCredential, { id });
    await tx.remove(MfaDevice, { userId: id });
    await tx.remove(RecoveryCode, { userId: id });
  }
  await voidLinks(tx, id);
  await forgetInIndex(tx, id);
  await closeChallenges(tx, id);
  for (const membership of await tx.list(Membership, { userId: id })) {
    membership.status = 'ENDED';
    await tx.save(membership);
  }
}

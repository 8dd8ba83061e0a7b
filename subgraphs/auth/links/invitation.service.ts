import { type UnitOfWork } from '#shared/database';
import { DomainError, InputError } from '#shared/errors';
import { announcementOf } from '../logins/account';
import { type AddressProof, proofOfAddress, verifyAddress } from '../logins/identity';
import { type SignInWork } from '../logins/login.service';
import { Login } from '../logins/login.entity';
import { Organisation } from '../organisations/organisation.entity';
import { parsePassword } from '../passwords/password.policy';
import { setPassword } from '../passwords/set-password';
import { User } from '../users/user.entity';
import { mayResetPassword } from '../users/user.machine';
import { consumeLink, findLink } from './link.service';

/** What somebody who holds an invitation may know of it. */
export interface InvitationFacts {
  readonly organisation: string;
  /** False when the person has a password already, by an account in another organisation. */
  readonly needsPassword: boolean;
}

/** @throws {DomainError} LINK_EXPIRED */
export async function describeInvitation({ system, at }: SignInWork, token: string): Promise<InvitationFacts> {
  const link = await findLink(system, { token, purpose: 'INVITATION', at });
  const unit = system.unitFor(link, at);
  const proof = await proofOfAddress(system, { userId: link.userId, organisation: link }, at);
  const { name } = await unit.get(Organisation, link.organisationId);
  return { organisation: name, needsPassword: await needsPassword(unit, proof) };
}

/**
 * Takes an account: the address is theirs, and it opens by the password they choose, or by the one they have.
 * @param password needed unless the person has one already, and not looked at then
 * @throws {DomainError} LINK_EXPIRED, BAD_USER_INPUT, CONFLICT when the account was closed meanwhile
 */
export async function acceptInvitation(
  { ports, system, at }: SignInWork,
  { token, password }: { readonly token: string; readonly password: string | null },
): Promise<void> {
  const link = await findLink(system, { token, purpose: 'INVITATION', at });
  const { userId } = link;
  const unit = system.unitFor(link, at);
  const proof = await proofOfAddress(system, { userId, organisation: link }, at);
  const passwordHash = (await needsPassword(unit, proof)) ? await ports.hasher.hash(chosen(password)) : null;
  await unit.transaction(async (tx) => {
    const user = await tx.get(User, userId);
    if (!mayResetPassword(user.status)) throw new DomainError('CONFLICT', 'This account is not open any more');
    await consumeLink(tx, link);
    await verifyAddress(tx, proof);
    user.accept();
    await tx.save(user);
    if (passwordHash !== null) await setPassword({ unit: tx, credentialId: userId }, passwordHash);
    await tx.publish('auth.user.accepted', announcementOf(userId, { userId }));
  });
}

/** Unless they have one: by this account's credential being elsewhere already, or from now on. */
async function needsPassword(unit: UnitOfWork, { userId, home }: AddressProof): Promise<boolean> {
  return home === null && (await unit.get(Login, userId)).credentialId === null;
}

function chosen(password: string | null): string {
  if (password === null) throw new InputError('Choose a password', ['password']);
  return parsePassword(password, ['password']);
}

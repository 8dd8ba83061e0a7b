import { queueLink, queueNotice } from '../account-mail/account-mail.service';
import { announcementOf } from '../logins/account';
import { credentialHomeOf } from '../logins/credential-home';
import { findIdentity, proofOfAddress, verifyAddress } from '../logins/identity';
import { type SignInWork, untilTheBeat } from '../logins/login.service';
import { consumeLink, findLink } from '../links/link.service';
import { Organisation } from '../organisations/organisation.entity';
import { endSignIns } from '../sessions/end-sign-ins';
import { assertSteppedUp, type StepUpWork } from '../step-up/step-up.service';
import { selfOf } from '../users/oneself';
import { User } from '../users/user.entity';
import { mayResetPassword } from '../users/user.machine';
import { parsePassword } from './password.policy';
import { setPassword } from './set-password';

/**
 * Sends a link to choose a new password, if there is an account for it. Whoever asks is told the same after the same time
 * in either case.
 */
export async function requestPasswordReset(work: SignInWork, email: string): Promise<void> {
  const startedAt = performance.now();
  const { ports, system, at } = work;
  const identity = await findIdentity(system, await ports.platformKeys.emailHash(system.source, email), at);
  for (const { id, organisationId, region } of identity?.logins ?? []) {
    const unit = system.unitFor({ organisationId, region }, at);
    const [user, organisation] = [await unit.find(User, id), await unit.find(Organisation, organisationId)];
    if (!user || !mayResetPassword(user.status) || organisation?.status !== 'ACTIVE') continue;
    await unit.transaction(async (tx) => {
      await queueLink(tx, ports, { user, purpose: 'RESET_PASSWORD' });
      await tx.publish('auth.password.reset_requested', announcementOf(id, { userId: id }));
    });
    break; // one mail, whatever number of accounts the one password opens
  }
  await untilTheBeat(ports, startedAt);
}

/**
 * Sets the password of whoever follows a reset link. Second factors stay, a lock is lifted, and what was begun with the
 * old password ends.
 * @throws {DomainError} LINK_EXPIRED, BAD_USER_INPUT
 */
export async function resetPassword(
  { ports, system, at }: SignInWork,
  { token, newPassword }: { readonly token: string; readonly newPassword: string },
): Promise<void> {
  const password = parsePassword(newPassword, ['newPassword']);
  const link = await findLink(system, { token, purpose: 'RESET_PASSWORD', at });
  const passwordHash = await ports.hasher.hash(password);
  const { userId } = link;
  const unit = system.unitFor(link, at);
  const proof = await proofOfAddress(system, { userId, organisation: link }, at);
  await unit.transaction(async (tx) => {
    await consumeLink(tx, link);
    await verifyAddress(tx, proof);
    const user = await tx.get(User, userId);
    user.verify();
    await tx.save(user);
  });
  const home = await credentialHomeOf(system, { userId, organisation: link }, at);
  await setPassword(home, passwordHash);
  await endSignIns({ ports, system, at }, home);
  await unit.transaction(async (tx) => {
    await queueNotice(tx, ports, { user: await tx.get(User, userId), kind: 'PASSWORD_CHANGED' });
    await tx.publish('auth.password.changed', announcementOf(userId, { userId, how: 'RESET' }));
  });
}

/** A new password for whoever is signed in and has stepped up for it. They are signed out everywhere. @throws {DomainError} STEP_UP_REQUIRED */
export async function changePassword(
  work: StepUpWork,
  { newPassword, stepUpToken }: { readonly newPassword: string; readonly stepUpToken: string },
): Promise<User> {
  const { unit, ports, system } = work;
  const password = parsePassword(newPassword, ['newPassword']);
  const { userId, home } = await selfOf(work);
  const passwordHash = await ports.hasher.hash(password);
  await unit.transaction((tx) => assertSteppedUp(tx, stepUpToken, 'CHANGE_PASSWORD'));
  await setPassword(home, passwordHash);
  await endSignIns({ ports, system, at: unit.at }, home);
  return unit.transaction(async (tx) => {
    const user = await tx.get(User, userId);
    await queueNotice(tx, ports, { user, kind: 'PASSWORD_CHANGED' });
    await tx.publish('auth.password.changed', announcementOf(userId, { userId, how: 'CHANGED' }));
    return user;
  });
}

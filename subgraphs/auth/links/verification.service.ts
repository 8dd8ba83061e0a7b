import { ConflictError } from '#shared/errors';
import { queueLink } from '../account-mail/account-mail.service';
import { announcementOf } from '../logins/account';
import { proofOfAddress, verifyAddress } from '../logins/identity';
import { Login } from '../logins/login.entity';
import { type SignInWork } from '../logins/login.service';
import { type StepUpWork } from '../step-up/step-up.service';
import { selfOf } from '../users/oneself';
import { User } from '../users/user.entity';
import { consumeLink, findLink } from './link.service';

/** Whoever follows the link reads mail sent to the account's address. @throws {DomainError} LINK_EXPIRED */
export async function verifyEmail({ system, at }: SignInWork, token: string): Promise<void> {
  const link = await findLink(system, { token, purpose: 'VERIFY_EMAIL', at });
  const { userId } = link;
  const proof = await proofOfAddress(system, { userId, organisation: link }, at);
  await system.unitFor(link, at).transaction(async (tx) => {
    await consumeLink(tx, link);
    await verifyAddress(tx, proof);
    const user = await tx.get(User, userId);
    user.verify();
    await tx.save(user);
    await tx.publish('auth.user.verified', announcementOf(userId, { userId }));
  });
}

/** Sends such a link to whoever is signed in. @throws {DomainError} CONFLICT when their address is verified */
export async function requestEmailVerification(work: StepUpWork): Promise<User> {
  const { userId } = await selfOf(work);
  return work.unit.transaction(async (tx) => {
    const { verifiedAt } = await tx.get(Login, userId);
    if (verifiedAt !== null) throw new ConflictError('This address is verified already');
    const user = await tx.get(User, userId);
    await queueLink(tx, work.ports, { user, purpose: 'VERIFY_EMAIL' });
    return user;
  });
}

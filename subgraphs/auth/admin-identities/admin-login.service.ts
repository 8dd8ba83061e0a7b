import { isUniqueViolation } from '#shared/database';
import { sha256Hex } from '#shared/crypto';
import { DomainError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type Account, announcementOf, findAccount, refusalOf } from '../logins/account';
import { admit, type AuthenticatedPerson } from '../logins/authenticated-person';
import { findIdentity } from '../logins/identity';
import { type SignInWork } from '../logins/login.service';
import { AdminIdentity } from './admin-identity.entity';
import { type AuthorizationAnswer, IdentityRefusedError, type VerifiedIdentity } from './identity-provider';

/**
 * Signs an administrator of the platform in with what their identity provider says of them. Whatever is wrong, the answer
 * is the same: who is an administrator is nobody's to find out.
 * @throws {DomainError} INVALID_CREDENTIALS; UPSTREAM_UNAVAILABLE when the provider cannot be reached
 */
export async function adminLogin(work: SignInWork, answer: AuthorizationAnswer): Promise<AuthenticatedPerson> {
  const { ports, system } = work;
  const identity = await identityOf(work, answer);
  const emailHash = await ports.platformKeys.emailHash(system.source, identity.email);
  // One at a time per account, as with passwords.
  return ports.loginQueue.run(emailHash, () => signInAs(work, identity, emailHash));
}

async function signInAs(work: SignInWork, identity: VerifiedIdentity, emailHash: string): Promise<AuthenticatedPerson> {
  const account = await accountOf(work, emailHash);
  if (!account) throw refusal();
  const reason = await reasonAgainst(account, identity, work.at);
  const { product, unit, user } = account;
  if (reason === null && product) return admit(account, product, ['fed']);
  await unit.publish('auth.login.failed', announcementOf(user.id, { userId: user.id, reason: reason ?? 'PRODUCT' }));
  throw refusal();
}

function refusal(cause?: unknown): DomainError {
  return new DomainError('INVALID_CREDENTIALS', 'This account may not administer the platform', { cause });
}

async function identityOf({ ports, at }: SignInWork, answer: AuthorizationAnswer): Promise<VerifiedIdentity> {
  if (!ports.adminIdentities) throw refusal();
  try {
    return await ports.adminIdentities.exchange(answer, at);
  } catch (cause) {
    if (cause instanceof IdentityRefusedError) throw refusal(cause);
    throw cause;
  }
}

/** Of the accounts with this address the administrator's, else any: its organisation is told of the attempt. */
async function accountOf({ ports, system, at }: SignInWork, emailHash: string): Promise<Account | null> {
  const found = await findIdentity(system, emailHash, at);
  if (!found) return null;
  const accounts = await Promise.all(
    found.logins.map(({ id: userId, organisationId, region }) => {
      const unit = system.unitFor({ organisationId, region }, at);
      const product = { key: ports.config.ADMIN_PRODUCT_KEY };
      return findAccount({ unit, home: found.home, userId, product, method: 'OIDC_GOOGLE' });
    }),
  );
  return accounts.find((account) => account && isAdministrator(account)) ?? accounts[0] ?? null;
}

function isAdministrator({ memberships }: Account): boolean {
  return memberships.some(({ roleKeys }) => roleKeys.includes('PLATFORM_ADMIN'));
}

/** Null when this is an administrator's own account, and they may sign in. */
async function reasonAgainst(account: Account, identity: VerifiedIdentity, at: Date): Promise<string | null> {
  const refused = refusalOf(account, at);
  if (refused !== null) return refused;
  if (!isAdministrator(account)) return 'NO_MEMBERSHIP';
  return (await isBoundTo(account, identity)) ? null : 'OTHER_IDENTITY';
}

/** Binds the identity to the account at its first sign-in. @returns whether it is the one that was bound */
async function isBoundTo({ unit, user }: Account, { issuer, subject }: VerifiedIdentity): Promise<boolean> {
  const subjectHash = sha256Hex(JSON.stringify([issuer, subject]));
  const bound = await unit.findBy(AdminIdentity, { userId: user.id });
  if (bound) return bound.subjectHash === subjectHash;
  try {
    await unit.create(AdminIdentity, { id: newId('adi'), userId: user.id, subjectHash });
    return true;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // Two first sign-ins at once, or this identity is somebody else's already.
    const winner = await unit.findBy(AdminIdentity, { userId: user.id });
    return winner?.subjectHash === subjectHash;
  }
}

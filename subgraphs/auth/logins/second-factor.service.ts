import { DomainError } from '#shared/errors';
import { challengeExpired, completeChallenge, countAttempt, findChallenge } from '../mfa/challenge.service';
import { type MfaChallenge } from '../mfa/challenge.entity';
import { type FactorProof, takeProof } from '../mfa/factor.service';
import { type AuthMethod } from '../products/product.entity';
import { type Account, announcementOf, findAccount, refusalOf } from './account';
import { admit, type AuthenticatedPerson } from './authenticated-person';
import { credentialHomeOf } from './credential-home';
import { countFailure } from './lock-out';
import { type SignInWork } from './login.service';

/**
 * The second step. A wrong code counts against this sign-in and against the account, like a wrong password.
 * @param challengeId what the first step gave
 * @throws {DomainError} CHALLENGE_EXPIRED when the sign-in has to begin again; INVALID_CREDENTIALS for a wrong code
 */
export async function completeMfa(
  work: SignInWork,
  challengeId: string,
  { method = 'PASSWORD', ...proof }: FactorProof & { readonly method?: AuthMethod },
): Promise<AuthenticatedPerson> {
  const challenge = await findChallenge(work.system, challengeId, work.at);
  return work.ports.loginQueue.run(challenge.userId, () => answer(work, challenge, { ...proof, method }));
}

async function answer(
  work: SignInWork,
  challenge: MfaChallenge,
  { method, ...proof }: FactorProof & { readonly method: AuthMethod },
): Promise<AuthenticatedPerson> {
  const account = await accountOf(work, challenge, method);
  const { unit, home, product } = account;
  await countAttempt(unit, challenge.id, work.ports.config.MFA_MAX_ATTEMPTS);
  const isCurrent = account.credential.isOlderThan(challenge.createdAt);
  if (!isCurrent || refusalOf(account, work.at) !== null || !product) throw challengeExpired();
  const amr = await takeProof(home, proof);
  if (amr === null) return refuse(work, account);
  await completeChallenge(unit, challenge.id);
  return admit(account, product, [...challenge.amr, ...amr]);
}

async function accountOf({ system, at }: SignInWork, challenge: MfaChallenge, method: AuthMethod): Promise<Account> {
  const { organisationId, region, userId, productId: id } = challenge;
  const organisation = { organisationId, region };
  const unit = system.unitFor(organisation, at);
  const home = await credentialHomeOf(system, { userId, organisation }, at);
  const account = await findAccount({ unit, home, userId, product: { id }, method });
  if (!account) throw challengeExpired();
  return account;
}

async function refuse({ ports }: SignInWork, { unit, home, user: { id: userId } }: Account): Promise<never> {
  await countFailure(home, ports.config);
  await unit.publish('auth.login.failed', announcementOf(userId, { userId, reason: 'WRONG_CODE' }));
  throw new DomainError('INVALID_CREDENTIALS', 'The code is wrong, or was used before');
}

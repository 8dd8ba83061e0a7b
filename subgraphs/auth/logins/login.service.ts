import { setTimeout as pause } from 'node:timers/promises';
import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { Organisation } from '../organisations/organisation.entity';
import { Product } from '../products/product.entity';
import { scopesOfRoles } from '../scopes/role.registry';
import { type IssuedToken, issueAccessToken } from '../tokens/access-token';
import { Membership } from '../users/membership.entity';
import { User } from '../users/user.entity';
import { canSignIn } from '../users/user.machine';
import { UserCredential } from './credential.entity';
import { Login } from './login.entity';

export interface SignInWork {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly at: Date;
}

export interface SignInAttempt {
  readonly email: string;
  readonly password: string;
  readonly productKey: string;
}

export interface SignedIn {
  readonly token: IssuedToken;
  readonly user: User;
  readonly roles: Membership['roleKeys'];
}

interface Account {
  readonly unit: UnitOfWork;
  readonly user: User;
  readonly credential: UserCredential;
  readonly memberships: readonly Membership[];
  readonly organisation: Organisation | null;
  /** Null when there is none of the key, or it is not for people. */
  readonly product: Product | null;
}

const maxPasswordLength = 256;
const maxCountAttempts = 20;

/**
 * Signs a person in. Whatever is wrong (address, password, product, locked or suspended account), the answer is the same
 * and comes at the same time.
 * @throws {DomainError} INVALID_CREDENTIALS
 */
export async function signIn(work: SignInWork, attempt: SignInAttempt): Promise<SignedIn> {
  const startedAt = performance.now();
  const { ports, system } = work;
  const emailHash = await ports.platformKeys.emailHash(system.source, attempt.email);
  const signedIn = await ports.loginQueue.run(emailHash, () => tryToSignIn(work, attempt, emailHash));
  if (signedIn) return signedIn;
  // Finding, counting and announcing take their time too: the answer waits for the next full beat.
  const beatMs = ports.config.LOGIN_ANSWER_MS;
  await pause(beatMs - ((performance.now() - startedAt) % beatMs));
  throw new DomainError('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong');
}

async function tryToSignIn(work: SignInWork, attempt: SignInAttempt, emailHash: string): Promise<SignedIn | null> {
  const { hasher } = work.ports;
  const account = await findAccount(work, attempt, emailHash);
  const password = attempt.password.slice(0, maxPasswordLength + 1);
  const isRight = await hasher.matches(account?.credential.passwordHash ?? null, password);
  if (!account) return null;
  const refusal = refusalOf(account, isRight, work.at);
  if (refusal === null) return complete(work, account);
  await recordFailure(work, account, refusal);
  return null;
}

async function findAccount(
  { system, at }: SignInWork,
  { productKey }: SignInAttempt,
  emailHash: string,
): Promise<Account | null> {
  const login = await system.source.getRepository(Login).findOneBy({ emailHash });
  if (!login) return null;
  const { id, organisationId, region } = login;
  const unit = system.unitFor({ organisationId, region }, at);
  const [user, credential] = [await unit.find(User, id), await unit.find(UserCredential, id)];
  if (!user || !credential) return null;
  const product = await unit.findBy(Product, { key: productKey });
  return {
    ...{ unit, user, credential },
    memberships: await unit.list(Membership, { userId: id, status: 'ACTIVE' }),
    organisation: await unit.find(Organisation, organisationId),
    product: product?.authMethods.includes('PASSWORD') ? product : null,
  };
}

type Refusal = 'LOCKED' | 'WRONG_PASSWORD' | 'USER_STATUS' | 'NO_MEMBERSHIP' | 'ORGANISATION_STATUS' | 'PRODUCT';

function refusalOf(account: Account, isPasswordRight: boolean, at: Date): Refusal | null {
  const { credential, user, organisation, memberships, product } = account;
  if (credential.isLockedAt(at)) return 'LOCKED';
  if (!isPasswordRight) return 'WRONG_PASSWORD';
  if (!canSignIn(user.status)) return 'USER_STATUS';
  if (memberships.length === 0) return 'NO_MEMBERSHIP';
  if (organisation?.status !== 'ACTIVE') return 'ORGANISATION_STATUS';
  return product ? null : 'PRODUCT';
}

async function complete({ ports, system, at }: SignInWork, account: Account): Promise<SignedIn | null> {
  const { unit, user, credential, memberships, product } = account;
  if (!product) return null;
  const roles = [...new Set(memberships.flatMap(({ roleKeys }) => roleKeys))];
  const { id: userId, organisationId, region, patientIds, practitionerId } = user;
  const subject = {
    ...{ subject: userId, clientId: product.id, productId: product.id, organisationId, region },
    scopes: product.entitled(scopesOfRoles(roles)),
    user: { userId, roles, patientIds, practitionerId },
  };
  await unit.transaction(async (tx) => {
    user.accept();
    await tx.save(user);
    await tx.updateWhere(User, { id: userId }, { lastLoginAt: at });
    if (credential.failures > 0)
      await tx.updateWhere(UserCredential, { id: userId }, { failures: 0, lockedUntil: null });
    await tx.publish('auth.login.succeeded', announcement(userId, { userId, method: 'PASSWORD' }));
  });
  return { token: await issueAccessToken({ ports, system }, subject, at), user, roles };
}

/** Counts wrong passwords; the last one that is allowed locks the account. Attempts at a locked one change nothing. */
async function recordFailure(work: SignInWork, account: Account, reason: Refusal): Promise<void> {
  const {
    unit,
    credential: { id },
  } = account;
  for (let attempt = 0; reason === 'WRONG_PASSWORD' && attempt < maxCountAttempts; attempt += 1) {
    if (await countFailure(work, unit, id)) break;
  }
  await unit.publish('auth.login.failed', announcement(id, { userId: id, reason }));
}

/** @returns false when another process has counted at the same moment */
async function countFailure({ ports, at }: SignInWork, unit: UnitOfWork, id: string): Promise<boolean> {
  const { LOGIN_MAX_FAILURES: maxFailures, LOGIN_LOCK_SECONDS: lockSeconds } = ports.config;
  const { failures } = await unit.get(UserCredential, id);
  const isLast = failures + 1 >= maxFailures;
  const lockedUntil = isLast ? new Date(at.getTime() + lockSeconds * 1_000) : null;
  const counted = { failures: isLast ? 0 : failures + 1, lockedUntil };
  return (await unit.updateWhere(UserCredential, { id, failures }, counted)) === 1;
}

function announcement<D>(
  userId: string,
  data: D,
): { resourceId: string; aggregate: { type: string; id: string }; data: D } {
  return { resourceId: userId, aggregate: { type: 'User', id: userId }, data };
}

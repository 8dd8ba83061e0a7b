import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type OpenChallenge, openChallenge } from '../mfa/challenge.service';
import { activeKinds } from '../mfa/factor.service';
import { type AuthPorts } from '../ports';
import { type AuthMethod } from '../products/product.entity';
import { type Account, announcementOf, findAccount, type Refusal, refusalOf } from './account';
import { admit, type AuthenticatedPerson } from './authenticated-person';
import { type UserCredential } from './credential.entity';
import { credentialHomeOf } from './credential-home';
import { countFailure } from './lock-out';
import { Login } from './login.entity';

export interface SignInWork {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly at: Date;
}

export interface SignInAttempt {
  readonly email: string;
  readonly password: string;
  /** Keys are unique within an organisation only; who knows the product itself gives its id. */
  readonly product: { readonly key: string } | { readonly id: string };
  /** What the product must allow: PASSWORD for `login`, a grant of OAuth for its pages. */
  readonly method?: AuthMethod;
}

/** What a right password leads to: in, or to the second step. */
export type SignIn =
  | { readonly kind: 'person'; readonly person: AuthenticatedPerson }
  | { readonly kind: 'challenge'; readonly challenge: OpenChallenge };

const maxPasswordLength = 256;

/**
 * Signs a person in. Whatever is wrong (address, password, product, locked or suspended account), the answer is the same
 * and comes at the same time.
 * @throws {DomainError} INVALID_CREDENTIALS
 */
export async function signIn(work: SignInWork, attempt: SignInAttempt): Promise<SignIn> {
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

/** Whether this is the password, as slowly for nobody's as for somebody's. */
export function isPassword(ports: AuthPorts, credential: UserCredential | null, password: string): Promise<boolean> {
  return ports.hasher.matches(credential?.passwordHash ?? null, password.slice(0, maxPasswordLength + 1));
}

async function tryToSignIn(work: SignInWork, attempt: SignInAttempt, emailHash: string): Promise<SignIn | null> {
  const account = await accountOf(work, attempt, emailHash);
  const isRight = await isPassword(work.ports, account?.credential ?? null, attempt.password);
  if (!account) return null;
  const refusal = refusalWith(account, isRight, work.at);
  if (refusal === null && account.product) return afterPassword(work, account);
  await recordFailure(work, account, refusal ?? 'PRODUCT');
  return null;
}

async function accountOf(work: SignInWork, attempt: SignInAttempt, emailHash: string): Promise<Account | null> {
  const { system, at } = work;
  const login = await system.source.getRepository(Login).findOneBy({ emailHash });
  if (!login) return null;
  const { id: userId, organisationId, region } = login;
  const organisation = { organisationId, region };
  return findAccount({
    unit: system.unitFor(organisation, at),
    home: credentialHomeOf(system, { userId, organisation }, at),
    ...{ userId, product: attempt.product, method: attempt.method ?? 'PASSWORD' },
  });
}

/** The lock comes first: a guess at a locked account must not learn whether it was right. */
function refusalWith(account: Account, isPasswordRight: boolean, at: Date): Refusal | null {
  const refusal = refusalOf(account, at);
  return refusal === 'LOCKED' || isPasswordRight ? refusal : 'WRONG_PASSWORD';
}

async function afterPassword(work: SignInWork, account: Account): Promise<SignIn | null> {
  const { product, home } = account;
  if (!product) return null;
  const kinds = await activeKinds(home);
  if (kinds.length > 0) {
    const asked = { userId: account.user.id, productId: product.id, kinds, amr: ['pwd'] as const };
    return { kind: 'challenge', challenge: await openChallenge(account.unit, work.ports.config, asked) };
  }
  return { kind: 'person', person: await admit(account, product, ['pwd']) };
}

/** Counts wrong passwords. Attempts at a locked account change nothing. */
async function recordFailure({ ports }: SignInWork, account: Account, reason: Refusal): Promise<void> {
  const { id: userId } = account.user;
  if (reason === 'WRONG_PASSWORD') await countFailure(account.home, ports.config);
  await account.unit.publish('auth.login.failed', announcementOf(userId, { userId, reason }));
}

import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type OpenChallenge, openChallenge } from '../mfa/challenge.service';
import { activeKinds } from '../mfa/factor.service';
import { type AuthPorts } from '../ports';
import { type AuthMethod } from '../products/product.entity';
import { type Account, announcementOf, findAccount, type Refusal, refusalOf } from './account';
import { admit, type AuthenticatedPerson } from './authenticated-person';
import { UserCredential } from './credential.entity';
import { findIdentity, type Identity } from './identity';
import { countFailure } from './lock-out';

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
  /** Which of the person's organisations; absent until they are asked, for most have one. */
  readonly organisationId?: string | null;
}

/** What a right password leads to: in, to the second step, or to the choice between several organisations. */
export type SignIn =
  | { readonly kind: 'person'; readonly person: AuthenticatedPerson }
  | { readonly kind: 'challenge'; readonly challenge: OpenChallenge }
  | { readonly kind: 'choice'; readonly organisations: readonly { readonly id: string; readonly name: string }[] };

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
  await untilTheBeat(ports, startedAt);
  throw new DomainError('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong');
}

/**
 * Waits for the next full beat. Finding, counting and announcing take their time too; whoever asks must not be able to
 * tell from it whether there was something to find.
 * @param startedAt of `performance.now()`
 */
export async function untilTheBeat({ config }: AuthPorts, startedAt: number): Promise<void> {
  const beatMs = config.LOGIN_ANSWER_MS;
  await pause(beatMs - ((performance.now() - startedAt) % beatMs));
}

/** Whether this is the password, as slowly for nobody's as for somebody's. */
export function isPassword(ports: AuthPorts, credential: UserCredential | null, password: string): Promise<boolean> {
  return ports.hasher.matches(credential?.passwordHash ?? null, password.slice(0, maxPasswordLength + 1));
}

async function tryToSignIn(work: SignInWork, attempt: SignInAttempt, emailHash: string): Promise<SignIn | null> {
  const identity = await findIdentity(work.system, emailHash, work.at);
  const accounts = identity ? await accountsOf(work, attempt, identity) : [];
  const [first] = accounts;
  const isRight = await isPassword(work.ports, first?.credential ?? null, attempt.password);
  if (!first) return null;
  if (first.credential.isLockedAt(work.at) || !isRight) return refuse(work, accounts, isRight);
  const open = accounts.filter((account) => refusalOf(account, work.at) === null);
  const chosen = open.filter(({ user }) => user.organisationId === (attempt.organisationId ?? user.organisationId));
  const [only] = chosen;
  if (!only) return refuse(work, accounts, isRight);
  await rehashForeign(work.ports, first, attempt.password);
  return chosen.length === 1 ? afterPassword(work, only) : { kind: 'choice', organisations: chosen.map(choiceOf) };
}

async function accountsOf(
  { system, at }: SignInWork,
  attempt: SignInAttempt,
  { home, logins }: Identity,
): Promise<Account[]> {
  const { product, method = 'PASSWORD' } = attempt;
  const accounts = await Promise.all(
    logins.map(({ id: userId, organisationId, region }) => {
      const unit = system.unitFor({ organisationId, region }, at);
      return findAccount({ unit, home, userId, product, method });
    }),
  );
  return accounts.filter((account) => account !== null);
}

/** A hash that came with an import is replaced by ours, now that the password is known to be right. */
async function rehashForeign({ hasher }: AuthPorts, { home, credential }: Account, password: string): Promise<void> {
  const { passwordHash } = credential;
  if (!hasher.isForeign(passwordHash)) return;
  const { unit, credentialId: id } = home;
  await unit.updateWhere(UserCredential, { id, passwordHash }, { passwordHash: await hasher.hash(password) });
}

function choiceOf({ user, organisation }: Account): { readonly id: string; readonly name: string } {
  return { id: user.organisationId, name: organisation?.name ?? '' };
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

/** Counts wrong passwords, and tells each organisation of the person. Attempts at a locked account change nothing. */
async function refuse(
  { ports, at }: SignInWork,
  accounts: readonly Account[],
  isPasswordRight: boolean,
): Promise<null> {
  const reasons = accounts.map((account) => refusalWith(account, isPasswordRight, at));
  const [first] = accounts;
  if (first && reasons[0] === 'WRONG_PASSWORD') await countFailure(first.home, ports.config);
  for (const [index, { unit, user }] of accounts.entries()) {
    const reason = reasons[index] ?? 'ORGANISATION';
    await unit.publish('auth.login.failed', announcementOf(user.id, { userId: user.id, reason }));
  }
  return null;
}

/** The lock comes first: a guess at a locked account must not learn whether it was right. */
function refusalWith(account: Account, isPasswordRight: boolean, at: Date): Refusal | null {
  const refusal = refusalOf(account, at);
  return refusal === 'LOCKED' || isPasswordRight ? refusal : 'WRONG_PASSWORD';
}

import { IsNull, MoreThan } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { announcementOf } from '../logins/account';
import { type CredentialHome } from '../logins/credential-home';
import { UserCredential } from '../logins/credential.entity';
import { countFailure } from '../logins/lock-out';
import { isPassword } from '../logins/login.service';
import { activeKinds, type FactorProof, takeProof } from '../mfa/factor.service';
import { type Amr } from '../mfa/mfa.codes';
import { hashOfToken, newOneTimeToken } from '../one-time-token';
import { type AuthPorts } from '../ports';
import { selfOf } from '../users/oneself';
import { type StepUpPurpose } from './step-up.codes';
import { StepUp } from './step-up.entity';

export interface StepUpWork {
  readonly unit: UnitOfWork;
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
}

export interface StepUpRequest {
  readonly purpose: StepUpPurpose;
  readonly password: string | null;
  readonly factor: FactorProof | null;
}

export interface StepUpProof {
  /** Shown once, for whoever asked. */
  readonly token: string;
  readonly expiresAt: Date;
  readonly amr: readonly Amr[];
}

/**
 * Lets a person who is signed in prove anew who they are: by a second factor when they have one, else by their password.
 * @throws {DomainError} INVALID_CREDENTIALS; each wrong answer counts towards the lock of the account
 */
export async function stepUp(work: StepUpWork, request: StepUpRequest): Promise<StepUpProof> {
  const self = await selfOf(work);
  return work.ports.loginQueue.run(self.home.credentialId, () => prove(work, self, request));
}

/**
 * Uses up a proof in the transaction of the act it is for, so that it serves once, and only if the act is done.
 * @param tx a transaction of the person who stepped up
 * @returns when and how they showed who they are
 * @throws {DomainError} STEP_UP_REQUIRED unless it is theirs, for this purpose, young enough and unused
 */
export async function assertSteppedUp(
  tx: UnitOfWork,
  token: string,
  purpose: StepUpPurpose,
): Promise<{ readonly amr: readonly Amr[]; readonly authenticatedAt: Date }> {
  const { userId } = tx.actor;
  const proof = { tokenHash: hashOfToken(token), userId: userId ?? '', purpose, usedAt: IsNull() };
  const isTaken =
    userId !== null &&
    (await tx.updateWhere(StepUp, { ...proof, expiresAt: MoreThan(tx.at) }, { usedAt: tx.at })) === 1;
  const taken = isTaken ? await tx.findBy(StepUp, { tokenHash: proof.tokenHash }) : null;
  if (!taken) {
    throw new DomainError('STEP_UP_REQUIRED', 'Prove once more who you are', { details: { purpose } });
  }
  return { amr: taken.amr, authenticatedAt: taken.authenticatedAt };
}

async function prove(
  work: StepUpWork,
  { userId, home }: { readonly userId: string; readonly home: CredentialHome },
  request: StepUpRequest,
): Promise<StepUpProof> {
  const { unit, ports } = work;
  const { purpose } = request;
  const amr = await amrOf(work, home, request);
  if (amr === null) {
    await countFailure(home, ports.config);
    await unit.publish('auth.step_up.failed', announcementOf(userId, { userId, purpose }));
    throw new DomainError('INVALID_CREDENTIALS', 'That does not show who you are');
  }
  const { token, tokenHash } = newOneTimeToken();
  const expiresAt = new Date(unit.at.getTime() + ports.config.STEP_UP_SECONDS * 1_000);
  await unit.transaction(async (tx) => {
    const times = { authenticatedAt: tx.at, expiresAt, usedAt: null };
    await tx.create(StepUp, { id: newId('sup'), tokenHash, userId, purpose, amr: [...amr], ...times });
    await tx.publish('auth.step_up.succeeded', announcementOf(userId, { userId, purpose }));
  });
  return { token, expiresAt, amr };
}

/** Null when what was shown does not do. A password is asked for as well when it is given, never instead of a factor. */
async function amrOf({ ports, unit }: StepUpWork, home: CredentialHome, request: StepUpRequest): Promise<Amr[] | null> {
  const { password, factor } = request;
  const credential = await home.unit.find(UserCredential, home.credentialId);
  if (!credential || credential.isLockedAt(unit.at)) return null;
  const ofPassword =
    password === null ? [] : (await isPassword(ports, credential, password)) ? (['pwd'] as const) : null;
  if (ofPassword === null) return null;
  if ((await activeKinds(home)).length === 0) return ofPassword.length > 0 ? [...ofPassword] : null;
  const ofFactor = factor && (await takeProof(home, factor));
  return ofFactor && [...ofPassword, ...ofFactor];
}

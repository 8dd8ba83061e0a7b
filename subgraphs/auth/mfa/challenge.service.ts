import { IsNull } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthConfig } from '../config';
import { hashOfToken, newOneTimeToken } from '../one-time-token';
import { MfaChallenge } from './challenge.entity';
import { type Amr, type MfaKind } from './mfa.codes';

/** A second step that is awaited, as the person who may take it is told of it. */
export interface OpenChallenge {
  /** A secret: whoever has it has shown the first factor. */
  readonly id: string;
  readonly kinds: readonly MfaKind[];
  readonly expiresAt: Date;
}

interface Asked {
  readonly userId: string;
  readonly productId: string;
  readonly kinds: readonly MfaKind[];
  readonly amr: readonly Amr[];
}

export async function openChallenge(unit: UnitOfWork, config: AuthConfig, asked: Asked): Promise<OpenChallenge> {
  const { userId, productId, kinds, amr } = asked;
  const { token, tokenHash } = newOneTimeToken();
  const expiresAt = new Date(unit.at.getTime() + config.MFA_CHALLENGE_SECONDS * 1_000);
  await unit.create(MfaChallenge, {
    ...{ id: newId('mch'), tokenHash, userId, productId, amr: [...amr] },
    ...{ attempts: 0, expiresAt, completedAt: null },
  });
  return { id: token, kinds, expiresAt };
}

/** @throws {DomainError} CHALLENGE_EXPIRED when there is none that is open */
export async function findChallenge(system: SystemAccess, token: string, at: Date): Promise<MfaChallenge> {
  const tokenHash = hashOfToken(token);
  const challenge = await system.source.getRepository(MfaChallenge).findOneBy({ tokenHash });
  if (!challenge?.isOpenAt(at)) throw challengeExpired();
  return challenge;
}

/**
 * Counts an attempt before it is looked at, so that no more than `maxAttempts` are ever looked at.
 * @throws {DomainError} CHALLENGE_EXPIRED when all are used up
 */
export async function countAttempt(unit: UnitOfWork, id: string, maxAttempts: number): Promise<void> {
  for (;;) {
    const { attempts, completedAt } = await unit.get(MfaChallenge, id);
    if (attempts >= maxAttempts || completedAt !== null) throw challengeExpired();
    const open = { id, attempts, completedAt: IsNull() };
    if ((await unit.updateWhere(MfaChallenge, open, { attempts: attempts + 1 })) === 1) return;
  }
}

/** @throws {DomainError} CHALLENGE_EXPIRED when somebody was quicker */
export async function completeChallenge(unit: UnitOfWork, id: string): Promise<void> {
  const completed = { completedAt: unit.at };
  if ((await unit.updateWhere(MfaChallenge, { id, completedAt: IsNull() }, completed)) !== 1) throw challengeExpired();
}

/** No second step that is under way leads anywhere any more. */
export async function closeChallenges(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.remove(MfaChallenge, { userId });
}

export function challengeExpired(): DomainError {
  return new DomainError('CHALLENGE_EXPIRED', 'This sign-in is over: begin again');
}

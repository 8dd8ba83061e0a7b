import { In } from 'typeorm';
import { isUniqueViolation, type UnitOfWork } from '#shared/database';
import { ConflictError, ForbiddenError, InputError } from '#shared/errors';
import { newId, parseId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthPorts } from '../ports';
import { endTokens } from '../revocations/end-tokens';
import { assertSteppedUp } from '../step-up/step-up.service';
import { type EmergencyToken, issueEmergencyToken } from './emergency-token';
import { type BreakGlassOutcome, type BreakGlassReason, BreakGlassGrant } from './grant.entity';
import { canBreakGlass, canEnd, canReview } from './grant.policy';

const lastsSeconds = 3_600;
const reviewWithinHours = 72;
const textLength = { min: 10, max: 2_000 };

export interface BreakGlassWork {
  readonly unit: UnitOfWork;
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
}

export interface BreakGlassRequest {
  readonly patientId: string;
  readonly reason: BreakGlassReason;
  readonly justification: string;
  readonly stepUpToken: string;
}

export interface BrokenGlass {
  readonly grant: BreakGlassGrant;
  readonly token: EmergencyToken;
}

/**
 * Opens one patient's record in an emergency, for at most an hour.
 * @throws {DomainError} FORBIDDEN for who is no person in their own name, or where the organisation does not have it;
 * STEP_UP_REQUIRED; CONFLICT while the same person's grant for this patient lasts; BAD_USER_INPUT; INVALID_ID
 */
export async function breakGlass(work: BreakGlassWork, request: BreakGlassRequest): Promise<BrokenGlass> {
  const { unit, ports, system } = work;
  const { actor, at } = unit;
  const { userId } = actor;
  if (!canBreakGlass(actor) || userId === null) throw new ForbiddenError('Only a person can break the glass');
  const patientId = parseId('pat', request.patientId);
  const justification = parseText(request.justification, 'justification');
  const about = { id: newId('bgg'), patientId, expiresAt: after(at, lastsSeconds) };
  // Made beforehand, for its making writes on its own; nobody has it unless the grant is stored.
  const token = await issueEmergencyToken({ ports, system, at }, actor, about);
  try {
    const grant = await unit.transaction(async (tx) => {
      const organisation = await tx.get(Organisation, actor.organisationId);
      if (organisation.breakGlassEnabled === false) throw new ForbiddenError('This organisation has no break-glass');
      await assertSteppedUp(tx, request.stepUpToken, 'BREAK_GLASS');
      const created = await tx.create(BreakGlassGrant, {
        ...{ ...about, userId, reason: request.reason, justification, tokenId: token.id },
        ...{ startedAt: at, endedAt: null, status: 'ACTIVE' },
        ...{ reviewDueAt: after(at, reviewWithinHours * 3_600), escalatedAt: null },
        ...{ reviewedById: null, reviewedAt: null, reviewNote: null, openKey: openKeyOf(userId, patientId) },
      });
      await tx.publish('auth.break_glass.started', announcement(created, { reason: created.reason }));
      return created;
    });
    return { grant, token };
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictError('You have broken the glass for this patient already');
    throw error;
  }
}

/** Those that are over and not reviewed, the first due first. */
export function awaitingReview(unit: UnitOfWork): Promise<BreakGlassGrant[]> {
  return unit.list(BreakGlassGrant, { status: In(['ENDED', 'EXPIRED']) }, { order: { reviewDueAt: 'ASC' } });
}

/** Ends it before its time; its token is refused from then on. @throws {DomainError} NOT_FOUND, FORBIDDEN, ILLEGAL_TRANSITION */
export async function endBreakGlass(unit: UnitOfWork, id: string): Promise<BreakGlassGrant> {
  return unit.transaction(async (tx) => {
    const grant = await tx.get(BreakGlassGrant, id);
    if (!canEnd(tx.actor, grant)) throw new ForbiddenError('This grant is not yours to end');
    return close(tx, grant, 'ENDED');
  });
}

/** What is over by itself. @returns false when somebody else was quicker */
export async function expireBreakGlass(unit: UnitOfWork, id: string): Promise<boolean> {
  return unit.transaction(async (tx) => {
    const grant = await tx.get(BreakGlassGrant, id);
    if (grant.status !== 'ACTIVE' || grant.expiresAt > tx.at) return false;
    await close(tx, grant, 'EXPIRED');
    return true;
  });
}

/**
 * Judges, afterwards and by somebody else, whether it was right.
 * @throws {DomainError} FORBIDDEN for one's own; ILLEGAL_TRANSITION while it lasts or once judged; NOT_FOUND; BAD_USER_INPUT
 */
export async function reviewBreakGlass(
  unit: UnitOfWork,
  { id, outcome, note }: { readonly id: string; readonly outcome: BreakGlassOutcome; readonly note: string },
): Promise<BreakGlassGrant> {
  const words = parseText(note, 'note');
  return unit.transaction(async (tx) => {
    const grant = await tx.get(BreakGlassGrant, id);
    const { userId: by } = tx.actor;
    if (!canReview(tx.actor, grant) || by === null) throw new ForbiddenError('Somebody else has to review this');
    grant.review(outcome, { by, note: words, at: tx.at });
    await tx.save(grant);
    await tx.publish('auth.break_glass.reviewed', announcement(grant, { outcome }));
    return grant;
  });
}

/** Tells, once, that nobody has reviewed it in time. @returns false when there is nothing to tell */
export async function escalateReview(unit: UnitOfWork, id: string): Promise<boolean> {
  return unit.transaction(async (tx) => {
    const grant = await tx.get(BreakGlassGrant, id);
    if (grant.reviewedAt !== null || grant.escalatedAt !== null || grant.reviewDueAt > tx.at) return false;
    grant.escalatedAt = tx.at;
    await tx.save(grant);
    const dueAt = grant.reviewDueAt.toISOString();
    await tx.publish('auth.break_glass.review_overdue', announcement(grant, { dueAt }));
    return true;
  });
}

async function close(tx: UnitOfWork, grant: BreakGlassGrant, how: 'ENDED' | 'EXPIRED'): Promise<BreakGlassGrant> {
  grant.end(how, tx.at);
  await tx.save(grant);
  await endTokens(tx, { kind: 'TOKEN', key: grant.tokenId, isForGood: true });
  await tx.publish('auth.break_glass.ended', announcement(grant, { how }));
  return grant;
}

function openKeyOf(userId: string, patientId: string): string {
  return `${userId}:${patientId}`;
}

function after(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1_000);
}

function parseText(text: string, field: string): string {
  const words = text.trim();
  if (words.length >= textLength.min && words.length <= textLength.max) return words;
  throw new InputError('Say why in 10 to 2,000 characters', [field]);
}

function announcement<D extends object>(
  { id, patientId, userId }: BreakGlassGrant,
  data: D,
): {
  resourceId: string;
  aggregate: { type: string; id: string };
  data: D & { grantId: string; patientId: string; userId: string };
} {
  return {
    resourceId: id,
    aggregate: { type: 'BreakGlassGrant', id },
    data: { ...data, grantId: id, patientId, userId },
  };
}

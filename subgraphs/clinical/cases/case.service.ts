import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { Patient } from '../patients/patient.entity';
import { noteInTimeline } from '../timeline/timeline.service';
import { caseNumber } from './case-number';
import { announcement } from './case-events';
import { Case } from './case.entity';
import { type CaseTrigger } from './case.machine';
import { type CreateCaseInput } from './case.types';

interface Change {
  readonly id: string;
  readonly ifVersion: number;
}

/** @throws {DomainError} NOT_FOUND; CONFLICT when the patient is not active. */
export async function createCase(unit: UnitOfWork, input: CreateCaseInput): Promise<Case> {
  const once = { operation: 'createCase', key: input.idempotencyKey, request: input };
  return unit.once(Case, once, async (tx) => {
    const patient = await tx.get(Patient, input.patientId);
    patient.assertActive();
    const skinCase = await tx.create(Case, newCase(tx, input));
    const { pathway, priority, status } = skinCase;
    await noteInTimeline(tx, skinCase, { type: 'CREATED', to: status });
    await tx.publish('clinical.case.created', announcement(skinCase, { pathway, priority }));
    return skinCase;
  });
}

/** Moves a case along its machine and stores it, with its line in the timeline. */
export async function moveCase(tx: UnitOfWork, skinCase: Case, trigger: CaseTrigger): Promise<Case> {
  const from = skinCase.move(trigger);
  await tx.save(skinCase);
  await noteInTimeline(tx, skinCase, { type: 'STATUS_CHANGED', from, to: skinCase.status });
  return skinCase;
}

/** @throws {DomainError} ILLEGAL_TRANSITION once it is decided; STALE_VERSION; NOT_FOUND. */
export function cancelCase(unit: UnitOfWork, { id, ifVersion, reason }: Change & { reason: string }): Promise<Case> {
  return unit.transaction(async (tx) => {
    const skinCase = await tx.get(Case, id, { ifVersion });
    const from = skinCase.status;
    Object.assign(skinCase, { closedAt: tx.at, closingReason: reason });
    await moveCase(tx, skinCase, 'CANCEL');
    // The reason is free text about a patient: it stays in the encrypted column.
    await tx.publish('clinical.case.cancelled', announcement(skinCase, { from, reason: null }));
    return skinCase;
  });
}

/** @throws {DomainError} ILLEGAL_TRANSITION unless it is decided; STALE_VERSION; NOT_FOUND. */
export function communicateOutcome(unit: UnitOfWork, { id, ifVersion }: Change): Promise<Case> {
  return unit.transaction(async (tx) => {
    const skinCase = await moveCase(tx, await tx.get(Case, id, { ifVersion }), 'COMMUNICATE');
    const { management } = skinCase;
    if (management === null) throw new Error('A decided case has an outcome');
    await tx.publish('clinical.case.communicated', announcement(skinCase, { management }));
    return skinCase;
  });
}

/** @throws {DomainError} ILLEGAL_TRANSITION unless the outcome is communicated; STALE_VERSION; NOT_FOUND. */
export function closeCase(
  unit: UnitOfWork,
  { id, ifVersion, reason }: Change & { reason: string | null },
): Promise<Case> {
  return unit.transaction(async (tx) => {
    const skinCase = await tx.get(Case, id, { ifVersion });
    Object.assign(skinCase, { closedAt: tx.at, closingReason: reason });
    await moveCase(tx, skinCase, 'CLOSE');
    await tx.publish('clinical.case.closed', announcement(skinCase, {}));
    return skinCase;
  });
}

function newCase(tx: UnitOfWork, input: CreateCaseInput): Parameters<typeof tx.create<Case>>[1] {
  const { patientId, pathway, priority, referralReason = null } = input;
  const id = newId('case');
  return {
    ...{ id, number: caseNumber(id, tx.at), patientId, pathway, priority, referralReason, status: 'DRAFT' },
    ...{ referrerUserId: tx.actor.userId, referredAt: tx.at, submittedAt: null, closedAt: null, closingReason: null },
    ...{ management: null, decidedBy: null, decidedAt: null, findingCount: 0, verifiedImageCount: 0 },
  };
}

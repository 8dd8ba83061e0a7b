import { type UnitOfWork, retryStale } from '#shared/database';
import { InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { assertWithin, type Bounds } from '../bounds';
import { announcement } from '../cases/case-events';
import { Case } from '../cases/case.entity';
import { moveCase } from '../cases/case.service';
import { noteInTimeline } from '../timeline/timeline.service';
import { bodySiteOf } from './finding.codes';
import { SkinFinding } from './finding.entity';
import { type AddFindingInput } from './finding.types';

const longestLabel = 100;
const diameterMm: Bounds = { min: 0.1, max: 1000 };
const months: Bounds = { min: 0, max: 1500 };

/** @throws {DomainError} BAD_USER_INPUT; NOT_FOUND; CONFLICT once the case is submitted. */
export async function addFinding(unit: UnitOfWork, input: AddFindingInput): Promise<SkinFinding> {
  const bodySite = bodySiteOf(input.bodySiteCode);
  const values = { ...parseFinding(input), bodySite };
  const { idempotencyKey: key, caseId } = input;
  const add = async (tx: UnitOfWork): Promise<SkinFinding> => {
    const skinCase = await tx.get(Case, caseId);
    skinCase.assertOpenForEvidence();
    const { patientId } = skinCase;
    const finding = await tx.create(SkinFinding, { id: newId('fnd'), caseId, patientId, ...values });
    skinCase.findingCount += 1;
    await noteInTimeline(tx, skinCase, { type: 'FINDING_ADDED' });
    await tx.publish('clinical.finding.added', announcement(skinCase, { findingId: finding.id }, finding.id));
    await awaitImages(tx, skinCase);
    return finding;
  };
  return retryStale(() =>
    key ? unit.once(SkinFinding, { operation: 'addFinding', key, request: input }, add) : unit.transaction(add),
  );
}

/** A new finding has no image yet, so a case that was complete no longer is. */
async function awaitImages(tx: UnitOfWork, skinCase: Case): Promise<void> {
  if (skinCase.status === 'AWAITING_IMAGES') {
    await tx.save(skinCase);
    return;
  }
  const { status } = await moveCase(tx, skinCase, 'AWAIT_IMAGES');
  await tx.publish('clinical.case.updated', announcement(skinCase, { status }));
}

type FindingValues = Omit<
  Parameters<typeof UnitOfWork.prototype.create<SkinFinding>>[1],
  'id' | 'caseId' | 'patientId' | 'bodySite'
>;

function parseFinding(input: AddFindingInput): FindingValues {
  const { laterality = null, longestDiameterMm = null, durationMonths = null, changes, exclusions } = input;
  const label = input.label.trim();
  assertWithin(longestDiameterMm, diameterMm, 'longestDiameterMm');
  assertWithin(durationMonths, months, 'durationMonths');
  if (label.length === 0 || label.length > longestLabel) {
    throw new InputError(`A label has 1 to ${String(longestLabel)} characters`, ['input', 'label']);
  }
  return {
    ...{ label, laterality, longestDiameterMm, durationMonths },
    ...{ changes: changes ?? [], unsuitableForAi: exclusions ?? [] },
  };
}

import { type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { type CodedConcept, snapshotOf } from '#shared/graphql';
import { newId } from '#shared/ids';
import { announcement } from '../cases/case-events';
import { Case } from '../cases/case.entity';
import { SkinFinding } from '../findings/finding.entity';
import { noteInTimeline } from '../timeline/timeline.service';
import { type DiagnosisCertainty, type DiagnosisSource, type LesionClass, type Malignancy } from './diagnosis.codes';
import { Diagnosis } from './diagnosis.entity';
import { type RecordDiagnosisInput } from './diagnosis.types';
import { displayOf } from './icd10';

/** What is said about one lesion, or about the case as a whole. */
export interface Opinion {
  readonly findingId: string | null;
  readonly source: DiagnosisSource;
  readonly code: CodedConcept;
  readonly lesionClass: LesionClass | null;
  readonly malignancy: Malignancy;
  readonly certainty: DiagnosisCertainty;
  readonly confidence: number | null;
  readonly supersedesId: string | null;
}

const codePattern = /^[A-Z0-9][A-Z0-9.:-]{0,31}$/;
const systemPattern = /^[A-Za-z0-9][A-Za-z0-9./:-]{0,63}$/;

/** @throws {DomainError} BAD_USER_INPUT; NOT_FOUND; CONFLICT when the case was cancelled. */
export async function recordDiagnosis(unit: UnitOfWork, input: RecordDiagnosisInput): Promise<Diagnosis> {
  const opinion = parseOpinion(input);
  const { idempotencyKey: key, caseId } = input;
  const record = async (tx: UnitOfWork): Promise<Diagnosis> => {
    const skinCase = await tx.get(Case, caseId);
    skinCase.assertNotCancelled();
    await assertBelongs(tx, caseId, opinion);
    return addDiagnosis(tx, skinCase, opinion);
  };
  if (!key) return unit.transaction(record);
  return unit.once(Diagnosis, { operation: 'recordDiagnosis', key, request: input }, record);
}

/** Stores a diagnosis with its line in the timeline and its event. */
export async function addDiagnosis(tx: UnitOfWork, skinCase: Case, opinion: Opinion): Promise<Diagnosis> {
  const { id: caseId, patientId } = skinCase;
  const recorded = { recordedBy: snapshotOf(tx.actor), recordedAt: tx.at };
  const diagnosis = await tx.create(Diagnosis, {
    id: newId('dx'),
    caseId,
    patientId,
    rank: 1,
    ...opinion,
    ...recorded,
  });
  const { id: diagnosisId } = diagnosis;
  const { findingId, source, code } = opinion;
  await noteInTimeline(tx, skinCase, { type: 'DIAGNOSIS_RECORDED', to: source });
  const data = { diagnosisId, findingId, code: code.code };
  await tx.publish('clinical.diagnosis.recorded', announcement(skinCase, data, diagnosisId));
  return diagnosis;
}

function parseOpinion(input: RecordDiagnosisInput): Opinion {
  const { source, malignancy, certainty, findingId = null, supersedes = null } = input;
  if (source !== 'HUMAN' && source !== 'REFERRER') {
    throw new InputError('source is REFERRER or HUMAN', ['input', 'source']);
  }
  const [system, code] = [input.system.trim(), input.code.trim().toUpperCase()];
  if (!systemPattern.test(system)) throw new InputError('system names a code system', ['input', 'system']);
  if (!codePattern.test(code)) throw new InputError('code is a code of that system', ['input', 'code']);
  return {
    ...{ findingId, source, malignancy, certainty, lesionClass: null, confidence: null, supersedesId: supersedes },
    code: { system, code, display: displayOf(system, code), version: null },
  };
}

async function assertBelongs(tx: UnitOfWork, caseId: string, { findingId, supersedesId }: Opinion): Promise<void> {
  if (findingId !== null && (await tx.get(SkinFinding, findingId)).caseId !== caseId) {
    throw new InputError('This finding belongs to another case', ['input', 'findingId']);
  }
  if (supersedesId !== null && (await tx.get(Diagnosis, supersedesId)).caseId !== caseId) {
    throw new InputError('This diagnosis belongs to another case', ['input', 'supersedes']);
  }
}

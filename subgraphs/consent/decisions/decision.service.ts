import { In } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { type ConsentAction } from '../records/record.codes';
import { ConsentRecord } from '../records/record.entity';
import { ConsentTextVersion } from '../texts/text.entity';
import { currentText } from '../texts/text.policy';
import { type ConsentPurpose, type DataCategory } from '../types/type.codes';
import { ConsentType } from '../types/type.entity';
import { decide } from './decision.policy';
import { type ConsentDecision, type RequiredConsent } from './patient.types';

const maxPatients = 1_000;
const cacheSeconds = 60;

export interface DecisionQuestion {
  readonly purpose: ConsentPurpose;
  readonly action: ConsentAction;
  readonly dataCategory: DataCategory;
}

/**
 * Decides for many patients in two statements. The answers come in the order of the ids.
 * @throws {DomainError} BAD_USER_INPUT for more than 1,000 patients at once.
 */
export async function decideForPatients(
  unit: UnitOfWork,
  patientIds: readonly string[],
  question: DecisionQuestion,
): Promise<ConsentDecision[]> {
  if (patientIds.length > maxPatients) throw new InputError('Ask for at most 1,000 patients at once', ['patientIds']);
  const { purpose } = question;
  const [type = null] = await unit.list(ConsentType, { purpose, active: true }, { take: 1 });
  const records = await unit.list(
    ConsentRecord,
    { patientId: In([...new Set(patientIds)]), purpose },
    { take: 20_000 },
  );
  const byPatient = new Map<string, ConsentRecord[]>(patientIds.map((patientId) => [patientId, []]));
  for (const record of records) byPatient.get(record.patientId)?.push(record);
  const actorIds = [unit.actor.userId, unit.actor.clientId].filter((id) => id !== null);
  const asked = { ...question, actorIds, organisationId: unit.actor.organisationId, at: unit.at };
  return patientIds.map((patientId) => {
    const { record, ...decision } = decide(byPatient.get(patientId) ?? [], type?.legalBasis ?? null, asked);
    return {
      ...decision,
      patientId,
      basis: type?.legalBasis ?? null,
      decidingRecord: record,
      evaluatedAt: unit.at,
      cacheForSeconds: cacheSeconds,
    };
  });
}

/** The consents of a purpose with the text to show for each, and whether the patient has given them. */
export async function requiredConsents(
  unit: UnitOfWork,
  patientId: string,
  purpose: ConsentPurpose,
): Promise<RequiredConsent[]> {
  const types = await unit.list(ConsentType, { purpose, active: true });
  return Promise.all(
    types.map(async (type) => {
      const record = await unit.findBy(ConsentRecord, { patientId, typeId: type.id, status: 'GRANTED' });
      const text = currentText(await unit.list(ConsentTextVersion, { typeId: type.id }), 'en-GB');
      return { type, record, text, satisfied: record?.decision === 'PERMIT' };
    }),
  );
}

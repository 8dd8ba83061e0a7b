import { In } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { ForbiddenError, InputError } from '#shared/errors';
import { type ConsentProvision } from '../records/provision';
import { type ConsentAction, consentActions } from '../records/record.codes';
import { ConsentRecord } from '../records/record.entity';
import { ConsentTextVersion } from '../texts/text.entity';
import { currentText, lapsedTextIds } from '../texts/text.policy';
import { type ConsentPurpose, type DataCategory, dataCategories } from '../types/type.codes';
import { ConsentType } from '../types/type.entity';
import { ConsentAnswer } from './consent-answer.entity';
import { type Answer, decide, type Ground, needsConsent, nextChangeAt, type Question } from './decision.policy';
import { type ConsentDecision, type RequiredConsent } from './patient.types';

const maxPatients = 1_000;
const maxAnswers = 20_000;
const cacheSeconds = 60;

/** Exceptions that cannot be read any more (their key is destroyed) may have been any: they deny. */
const unreadable: readonly ConsentProvision[] = [
  { effect: 'DENY', actors: [], organisations: [], actions: [...consentActions], dataCategories: [...dataCategories] },
];

export interface DecisionQuestion {
  readonly purpose: ConsentPurpose;
  readonly action: ConsentAction;
  readonly dataCategory: DataCategory;
  /** Who will see the data, when a service asks for them; else whoever asks. */
  readonly viewer?: { readonly userId?: string | null; readonly clientId?: string | null } | null;
}

/** The answer of one patient, as the policy sees it. */
interface PatientAnswer extends Answer {
  readonly id: string;
  readonly patientId: string;
}

/**
 * Decides for many patients in a fixed number of statements. The decisions come in the order of the ids.
 * @throws {DomainError} BAD_USER_INPUT for more than 1,000 patients at once; FORBIDDEN when a person names another viewer.
 */
export async function decideForPatients(
  unit: UnitOfWork,
  patientIds: readonly string[],
  question: DecisionQuestion,
): Promise<ConsentDecision[]> {
  if (patientIds.length > maxPatients) throw new InputError('Ask for at most 1,000 patients at once', ['patientIds']);
  const { purpose, action, dataCategory } = question;
  const [{ types, ground }, answers] = await Promise.all([
    readGround(unit, purpose),
    readAnswers(unit, patientIds, purpose),
  ]);
  const asked: Question = {
    ...{ purpose, action, dataCategory, actorIds: viewerIds(unit, question) },
    ...{ organisationId: unit.actor.organisationId, at: unit.at },
  };
  const consentType = types.find(({ legalBasis }) => needsConsent(legalBasis)) ?? types[0] ?? null;
  const basis = consentType?.legalBasis ?? null;
  const evaluatedAt = unit.at;
  // Whoever has said nothing is decided alike.
  const silence = decide<PatientAnswer>([], ground, asked);
  return patientIds.map((patientId) => {
    const given = answers.get(patientId);
    const { permitted, reason, answer } = given ? decide(given, ground, asked) : silence;
    const cacheForSeconds = given ? secondsUntil(nextChangeAt(given, evaluatedAt), evaluatedAt) : cacheSeconds;
    const decidingRecordId = answer?.id ?? null;
    return { patientId, permitted, reason, consentType, basis, decidingRecordId, evaluatedAt, cacheForSeconds };
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
      const texts = await unit.list(ConsentTextVersion, { typeId: type.id });
      const isCurrent = record !== null && !lapsedTextIds(texts).has(record.textVersionId);
      return { type, record, text: currentText(texts, 'en-GB'), satisfied: isCurrent && record.decision === 'PERMIT' };
    }),
  );
}

function viewerIds({ actor }: UnitOfWork, { viewer }: DecisionQuestion): string[] {
  if (viewer && actor.kind !== 'service') throw new ForbiddenError('Only a service asks for somebody else');
  const { userId, clientId } = viewer ?? actor;
  return [userId, clientId].filter((id) => id !== null && id !== undefined);
}

/** Types in a fixed order, so that everybody is told to ask for the same consent. */
async function readGround(
  unit: UnitOfWork,
  purpose: ConsentPurpose,
): Promise<{ types: ConsentType[]; ground: Ground }> {
  const known = await unit.list(ConsentType, { purpose }, { order: { key: 'ASC' } });
  const types = known.filter(({ active }) => active);
  const ofTypes = { typeId: In(known.map(({ id }) => id)) };
  const renewing = await unit.list(ConsentTextVersion, { ...ofTypes, requiresReconsent: true }, { take: 1 });
  // Texts are long and few of them ask everybody again, so most decisions read none.
  const texts = renewing.length === 0 ? [] : await unit.list(ConsentTextVersion, ofTypes);
  return { types, ground: { bases: types.map(({ legalBasis }) => legalBasis), lapsedTextIds: lapsedTextIds(texts) } };
}

async function readAnswers(
  unit: UnitOfWork,
  patientIds: readonly string[],
  purpose: ConsentPurpose,
): Promise<Map<string, PatientAnswer[]>> {
  const rows = await unit.list(
    ConsentAnswer,
    { patientId: In([...new Set(patientIds)]), purpose, status: In(['GRANTED', 'DENIED', 'WITHDRAWN']) },
    { take: maxAnswers },
  );
  // One that was left out might be the denial.
  if (rows.length === maxAnswers) throw new InputError('Ask for fewer patients at once', ['patientIds']);
  const provisions = await readProvisions(unit, rows);
  const answers = new Map<string, PatientAnswer[]>();
  for (const row of rows) {
    const answer = Object.assign(row, { provisions: provisions.get(row.id) ?? [] });
    const ofPatient = answers.get(row.patientId);
    if (ofPatient) ofPatient.push(answer);
    else answers.set(row.patientId, [answer]);
  }
  return answers;
}

/** The exceptions of those answers that make any. They are health data, so reading them is noted. */
async function readProvisions(
  unit: UnitOfWork,
  rows: readonly ConsentAnswer[],
): Promise<Map<string, readonly ConsentProvision[]>> {
  const ids = rows.filter(({ hasProvisions }) => hasProvisions !== false).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const records = await unit.list(ConsentRecord, { id: In(ids) }, { take: ids.length });
  const readable = new Map(records.map(({ id, provisions }) => [id, provisions as ConsentProvision[] | null]));
  return new Map(ids.map((id) => [id, readable.get(id) ?? unreadable]));
}

function secondsUntil(change: Date | null, at: Date): number {
  if (!change) return cacheSeconds;
  return Math.min(cacheSeconds, Math.floor((change.getTime() - at.getTime()) / 1_000));
}

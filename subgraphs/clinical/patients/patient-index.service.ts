import { type FindOptionsWhere, Raw } from 'typeorm';
import { normaliseEmail, prefixTokens, searchTokens } from '#shared/crypto';
import { type UnitOfWork } from '#shared/database';
import { idBytes, newId } from '#shared/ids';
import { type PatientIdentity } from './identity.types';
import { type IndexedField, PatientIndexEntry } from './patient-index.entity';
import { type Patient } from './patient.entity';

interface Token {
  readonly field: IndexedField;
  readonly token: string;
}

/** What a caller looks for; everything given must match. */
export interface PatientCriteria {
  /** Beginnings of names, in any order: "jam wil" finds James Wilson. The first eight letters of each word count. */
  readonly text?: string | null;
  readonly mrn?: string | null;
  readonly email?: string | null;
  readonly birthDate?: string | null;
}

/** Hash of a medical record number, as `Patient.mrnHash` and the index hold it. */
export function hashOfMrn(unit: UnitOfWork, mrn: string): Promise<string> {
  return unit.hash('patient.MRN', mrn.trim().toUpperCase());
}

/** Writes the index of a new patient. Call in the transaction that stores the patient. */
export async function indexPatient(tx: UnitOfWork, patientId: string, identity: PatientIdentity): Promise<void> {
  for (const token of await tokensOf(tx, identity)) await addToken(tx, patientId, token);
}

/** Makes the index say what the identity now says, touching only what differs. */
export async function reindexPatient(tx: UnitOfWork, patientId: string, identity: PatientIdentity): Promise<void> {
  const wanted = await tokensOf(tx, identity);
  const present = await tx.list(PatientIndexEntry, { patientId });
  const keyOf = ({ field, token }: Token): string => `${field} ${token}`;
  const wantedKeys = new Set(wanted.map(keyOf));
  const presentKeys = new Set(present.map(keyOf));
  for (const entry of present) {
    if (!wantedKeys.has(keyOf(entry))) await tx.remove(PatientIndexEntry, { id: entry.id });
  }
  for (const token of wanted) if (!presentKeys.has(keyOf(token))) await addToken(tx, patientId, token);
}

/** The condition on patients that a search stands for; null when nothing is looked for. */
export async function conditionOf(
  unit: UnitOfWork,
  criteria: PatientCriteria,
): Promise<FindOptionsWhere<Patient> | null> {
  const tokens = await tokensFor(unit, criteria);
  if (tokens.length === 0) return null;
  const parameters: Record<string, unknown> = { index_org: idBytes('org', unit.actor.organisationId) };
  const subqueries = tokens.map(({ field, token }, position) => {
    const [fieldName, tokenName] = [`index_field_${String(position)}`, `index_token_${String(position)}`];
    Object.assign(parameters, { [fieldName]: field, [tokenName]: token });
    return `SELECT patient_id FROM patient_index WHERE org_id = :index_org AND field = :${fieldName} AND token = :${tokenName}`;
  });
  // A subquery, not a list of ids: a page stays one statement, and its cursor stays valid when patients come or go.
  const sql = (column: string): string => subqueries.map((subquery) => `${column} IN (${subquery})`).join(' AND ');
  return { id: Raw(sql, parameters) };
}

function tokensFor(unit: UnitOfWork, { text, mrn, email, birthDate }: PatientCriteria): Promise<Token[]> {
  return hashed(unit, [
    ...searchTokens(text ?? '').map((token) => ['NAME', token] as const),
    ...(mrn ? [['MRN', mrn] as const] : []),
    ...(email ? [['EMAIL', email] as const] : []),
    ...(birthDate ? [['BIRTH_DATE', birthDate] as const] : []),
  ]);
}

function tokensOf(unit: UnitOfWork, identity: PatientIdentity): Promise<Token[]> {
  const { givenName, familyName, mrn, email, birthDate } = identity;
  return hashed(unit, [
    ...prefixTokens(`${givenName} ${familyName}`).map((prefix) => ['NAME', prefix] as const),
    ...(mrn ? [['MRN', mrn] as const] : []),
    ...(email ? [['EMAIL', email] as const] : []),
    ['BIRTH_DATE', birthDate],
  ]);
}

async function hashed(unit: UnitOfWork, values: readonly (readonly [IndexedField, string])[]): Promise<Token[]> {
  const tokens: Token[] = [];
  for (const [field, value] of values) tokens.push({ field, token: await hashOf(unit, field, value) });
  return tokens;
}

function hashOf(unit: UnitOfWork, field: IndexedField, value: string): Promise<string> {
  if (field === 'MRN') return hashOfMrn(unit, value);
  return unit.hash(`patient.${field}`, field === 'EMAIL' ? normaliseEmail(value) : value);
}

async function addToken(tx: UnitOfWork, patientId: string, { field, token }: Token): Promise<void> {
  await tx.create(PatientIndexEntry, { id: newId('pix'), patientId, field, token });
}

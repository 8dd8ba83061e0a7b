import { type FindOptionsWhere, In, MoreThan } from 'typeorm';
import { isUniqueViolation, type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { ConflictError } from '#shared/errors';
import { newId } from '#shared/ids';
import { conditionOf, hashOfMrn, indexPatient, reindexPatient } from './patient-index.service';
import { Patient } from './patient.entity';
import { assertMeasures, parseIdentity } from './patient-input';
import { type CreatePatientInput, type PatientFilter, type UpdatePatientInput } from './patient.types';

/** @throws {DomainError} BAD_USER_INPUT; CONFLICT when another patient has this record number. */
export async function createPatient(unit: UnitOfWork, input: CreatePatientInput): Promise<Patient> {
  const once = { operation: 'createPatient', key: input.idempotencyKey, request: input };
  return withUniqueMrn(unit.once(Patient, once, (tx) => insertPatient(tx, input)));
}

/**
 * Stores many patients in one transaction, for imports and seeding. Not idempotent: the caller keeps count.
 * @throws {DomainError} as `createPatient`; then none of them is stored.
 */
export async function createPatientsInBulk(
  unit: UnitOfWork,
  inputs: readonly Omit<CreatePatientInput, 'idempotencyKey'>[],
): Promise<Patient[]> {
  return withUniqueMrn(
    unit.transaction(async (tx) => {
      const patients: Patient[] = [];
      for (const input of inputs) patients.push(await insertPatient(tx, input));
      return patients;
    }),
  );
}

/** @throws {DomainError} NOT_FOUND; STALE_VERSION; BAD_USER_INPUT; CONFLICT. */
export async function updatePatient(unit: UnitOfWork, input: UpdatePatientInput): Promise<Patient> {
  const { id, ifVersion, identity, sexAtBirth, fitzpatrick, ...measures } = input;
  assertMeasures(measures);
  return withUniqueMrn(
    unit.transaction(async (tx) => {
      const patient = await tx.get(Patient, id, { ifVersion });
      const given = {
        ...(sexAtBirth !== undefined && { sexAtBirth }),
        ...(fitzpatrick !== undefined && { fitzpatrick }),
      };
      patient.characteristics = { sexAtBirth: null, fitzpatrick: null, ...patient.characteristics, ...given };
      for (const measure of ['bloodType', 'heightCm', 'weightKg'] as const) {
        if (measures[measure] !== undefined) Object.assign(patient, { [measure]: measures[measure] });
      }
      if (identity) {
        patient.identity = parseIdentity(identity, tx.at);
        patient.mrnHash = patient.identity.mrn && (await hashOfMrn(tx, patient.identity.mrn));
        await reindexPatient(tx, id, patient.identity);
      }
      return tx.save(patient);
    }),
  );
}

/** @throws {DomainError} BAD_USER_INPUT for a page out of bounds. */
export async function listPatients(
  unit: UnitOfWork,
  page: PageArguments,
  filter: PatientFilter | null,
): Promise<Page<Patient>> {
  const { status, updatedAfter, ...criteria } = filter ?? {};
  const where: FindOptionsWhere<Patient> = {
    ...(await conditionOf(unit, criteria)),
    ...(status && { status: In(status) }),
    ...(updatedAfter && { updatedAt: MoreThan(updatedAfter) }),
  };
  return unit.page(Patient, { ...page, where });
}

/** The caller's own record and those of the people they act for. */
export function listOwnPatients(unit: UnitOfWork): Promise<Patient[]> {
  return unit.list(Patient, { id: In([...unit.actor.patientIds]) });
}

async function insertPatient(tx: UnitOfWork, input: Omit<CreatePatientInput, 'idempotencyKey'>): Promise<Patient> {
  assertMeasures(input);
  const identity = parseIdentity(input.identity, tx.at);
  const { sexAtBirth = null, fitzpatrick = null, bloodType = null, heightCm = null, weightKg = null } = input;
  const patient = await tx.create(Patient, {
    ...{ id: newId('pat'), status: 'ACTIVE', identity, bloodType, heightCm, weightKg },
    mrnHash: identity.mrn && (await hashOfMrn(tx, identity.mrn)),
    characteristics: { sexAtBirth, fitzpatrick },
  });
  await indexPatient(tx, patient.id, identity);
  const aggregate = { type: 'Patient', id: patient.id };
  await tx.publish('clinical.patient.created', { resourceId: patient.id, aggregate, data: { patientId: patient.id } });
  return patient;
}

/** The record number is the only thing about a patient that must be unique. */
async function withUniqueMrn<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictError('Another patient has this medical record number');
    throw error;
  }
}

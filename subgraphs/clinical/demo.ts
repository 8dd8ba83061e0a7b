import { type UnitOfWork } from '#shared/database';
import { type DemoContext } from '#shared/subgraph';
import { createCase } from './cases/case.service';
import { createPatient } from './patients/patient.service';
import { type ClinicalPorts } from './ports';

/** Invented people; the domain is reserved for examples (RFC 2606). */
const people = [
  { givenName: 'Alba', familyName: 'Winterbourne', birthDate: '1961-04-12', sexAtBirth: 'FEMALE', fitzpatrick: 'II' },
  { givenName: 'Tobias', familyName: 'Marchetti', birthDate: '1984-11-03', sexAtBirth: 'MALE', fitzpatrick: 'III' },
] as const;

/** Two patients, each with a case that waits for its first finding. */
export async function seedClinicalDemo({ unit, organisation }: DemoContext<ClinicalPorts>): Promise<{
  patientIds: string[];
  caseIds: string[];
}> {
  const patientIds: string[] = [];
  const caseIds: string[] = [];
  for (const [index, person] of people.entries()) {
    const { patientId, caseId } = await seedPatient(unit, person, `${organisation.slug}-${String(index + 1)}`);
    patientIds.push(patientId);
    caseIds.push(caseId);
  }
  return { patientIds, caseIds };
}

async function seedPatient(
  unit: UnitOfWork,
  { sexAtBirth, fitzpatrick, ...name }: (typeof people)[number],
  key: string,
): Promise<{ patientId: string; caseId: string }> {
  const email = `${name.givenName}.${name.familyName}@patients.example`.toLowerCase();
  const identity = { ...name, mrn: `DEMO-${key}`, email, preferredLanguage: 'en-GB' };
  const patient = await createPatient(unit, {
    idempotencyKey: `demo-patient-${key}`,
    identity,
    sexAtBirth,
    fitzpatrick,
  });
  const skinCase = await createCase(unit, {
    idempotencyKey: `demo-case-${key}`,
    patientId: patient.id,
    pathway: 'ROUTINE_DERMATOLOGY',
    priority: 'ROUTINE',
    referralReason: 'A mole that has changed its colour over three months',
  });
  return { patientId: patient.id, caseId: skinCase.id };
}

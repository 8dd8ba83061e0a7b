import { type CreatePatientInput } from '../../subgraphs/clinical';

const givenNames = ['Imogen', 'Tobias', 'Alba', 'Yusuf', 'Mei', 'Ines', 'Oluwaseun', 'Freya', 'Kwame', 'Soraya'];
const familyNames = ['Hartley', 'Marchetti', 'Winterbourne', 'Haddad', 'Lin', 'Duarte', 'Adeyemi', 'Holm', 'Mensah'];
const skinTypes = ['I', 'II', 'III', 'IV', 'V', 'VI'] as const;

/** An invented patient, the same for the same number; the domain is reserved for examples (RFC 2606). */
export function samplePatient(number: number): Omit<CreatePatientInput, 'idempotencyKey'> {
  const pick = <T>(from: readonly T[], step: number): T => from[Math.floor(number / step) % from.length] as T;
  const year = 1930 + (number % 80);
  const month = String(1 + (number % 12)).padStart(2, '0');
  return {
    identity: {
      givenName: pick(givenNames, 1),
      familyName: pick(familyNames, givenNames.length),
      birthDate: `${String(year)}-${month}-15`,
      mrn: `BENCH-${String(number).padStart(7, '0')}`,
      email: `patient.${String(number)}@patients.example`,
    },
    sexAtBirth: number % 2 === 0 ? 'FEMALE' : 'MALE',
    fitzpatrick: pick(skinTypes, 1),
  };
}

import { InputError } from '#shared/errors';
import { assertWithin, type Bounds } from '../bounds';
import { type Address, type PatientIdentity } from './identity.types';
import { type PatientIdentityInput } from './patient.types';

const longestName = 100;
const email = /^[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{2,63}$/;
const country = /^[A-Z]{2}$/;

const heightCm: Bounds = { min: 20, max: 280 };
const weightKg: Bounds = { min: 0.2, max: 700 };

/**
 * The identity as it is stored: trimmed and checked.
 * @throws {InputError} naming the field. The value is not repeated: messages are written to logs.
 */
export function parseIdentity(input: PatientIdentityInput, at: Date): PatientIdentity {
  const { birthDate } = input;
  if (birthDate > at.toISOString().slice(0, 10) || birthDate < '1870-01-01') {
    throw new InputError('A birth date is not in the future, nor before 1870', ['input', 'identity', 'birthDate']);
  }
  if (input.email && !email.test(input.email.trim())) {
    throw new InputError('This is not an e-mail address', ['input', 'identity', 'email']);
  }
  return {
    mrn: textOf(input.mrn),
    givenName: nameOf(input.givenName, 'givenName'),
    familyName: nameOf(input.familyName, 'familyName'),
    birthDate,
    email: textOf(input.email),
    phone: textOf(input.phone),
    address: addressOf(input),
    preferredLanguage: textOf(input.preferredLanguage),
  };
}

/** @throws {InputError} for a height or weight no person has. */
export function assertMeasures(measures: { heightCm?: number | null; weightKg?: number | null }): void {
  assertWithin(measures.heightCm, heightCm, 'heightCm');
  assertWithin(measures.weightKg, weightKg, 'weightKg');
}

function nameOf(text: string, field: string): string {
  const name = text.trim();
  if (name.length > 0 && name.length <= longestName) return name;
  throw new InputError(`A name has 1 to ${String(longestName)} characters`, ['input', 'identity', field]);
}

function textOf(text: string | null | undefined): string | null {
  const trimmed = text?.trim();
  return trimmed ? trimmed.slice(0, 255) : null;
}

function addressOf(input: PatientIdentityInput): Address | null {
  const [line1, city, code] = [textOf(input.addressLine1), textOf(input.city), textOf(input.country)];
  if (line1 === null && city === null && code === null) return null;
  if (line1 === null || city === null || code === null || !country.test(code)) {
    throw new InputError('An address has a first line, a city and an ISO 3166 country', [
      'input',
      'identity',
      'addressLine1',
    ]);
  }
  return { line1, line2: null, city, region: null, postalCode: textOf(input.postalCode), country: code };
}

import { type Region } from '#shared/auth';
import { normaliseEmail } from '#shared/crypto';
import { InputError } from '#shared/errors';
import { parseId } from '#shared/ids';
import { phoneOf } from '../search/phone';
import { assertImportable } from '../passwords/imported-hash';
import { parsePassword } from '../passwords/password.policy';
import { type InviteUserInput } from './user.types';

// RFC 5321 §4.5.3.1: a path has at most 254 characters that matter here. Whether anybody reads it, only mail can tell.
const emailPattern = /^[^\s@]{1,64}@[^\s@]{1,189}$/;
const maxNameLength = 100;
const maxPatients = 20;

/** An invitation whose every part is in order. */
export interface Invitation {
  readonly email: string;
  readonly phone: string | null;
  readonly firstName: string;
  readonly lastName: string;
  /** Checked where the organisation's own roles are known. */
  readonly roles: readonly string[];
  readonly patientIds: readonly string[];
  readonly practitionerId: string | null;
  /** Whether a link goes to the address. */
  readonly isMailed: boolean;
}

/** @throws {DomainError} BAD_USER_INPUT or INVALID_ID naming the field at fault */
export function parseInvitation(input: InviteUserInput, region: Region): Invitation {
  const isMailed = parseWayIn(input);
  const roles = [...new Set(input.roles)];
  return {
    email: parseEmail(input.email),
    phone: parsePhone(input.phoneNumber ?? null, region),
    firstName: parseName(input.firstName, 'firstName'),
    lastName: parseName(input.lastName, 'lastName'),
    roles,
    patientIds: parsePatients(input.patientIds, roles),
    isMailed,
    practitionerId: input.practitionerId ? parseId('pra', input.practitionerId) : null,
  };
}

/** @returns whether a link goes to the address: it does when there is no other way in */
function parseWayIn({ temporaryPassword, importedPasswordHash, sendInvitation }: InviteUserInput): boolean {
  if (temporaryPassword != null) parsePassword(temporaryPassword, ['input', 'temporaryPassword']);
  if (importedPasswordHash != null) assertImportable(importedPasswordHash);
  const hasPassword = temporaryPassword != null || importedPasswordHash != null;
  const isMailed = sendInvitation ?? !hasPassword;
  if (!isMailed && !hasPassword) {
    throw new InputError('Without a link or a password nobody can get in', ['input', 'sendInvitation']);
  }
  return isMailed;
}

function parseEmail(text: string): string {
  const email = normaliseEmail(text);
  if (!emailPattern.test(email)) throw new InputError('This is not an e-mail address', ['input', 'email']);
  return email;
}

function parsePhone(text: string | null, region: Region): string | null {
  if (text === null) return null;
  const phone = phoneOf(text, region);
  if (phone === null) throw new InputError('This is not a telephone number', ['input', 'phoneNumber']);
  return phone;
}

function parseName(text: string, field: string): string {
  const name = text.trim();
  if (name === '' || name.length > maxNameLength)
    throw new InputError('A name has 1 to 100 characters', ['input', field]);
  return name;
}

function parsePatients(ids: readonly string[], roles: readonly string[]): string[] {
  const patientIds = [...new Set(ids)].map((id) => parseId('pat', id));
  if (patientIds.length > maxPatients)
    throw new InputError('A person acts for at most 20 patients', ['input', 'patientIds']);
  if (patientIds.length > 0 && !roles.includes('PATIENT')) {
    throw new InputError('Whoever is or acts for a patient needs the role PATIENT', ['input', 'patientIds']);
  }
  return patientIds;
}

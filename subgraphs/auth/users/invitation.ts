import { normaliseEmail } from '#shared/crypto';
import { InputError } from '#shared/errors';
import { parseId } from '#shared/ids';
import { parsePassword } from '../passwords/password.policy';
import { isSystemRole, type SystemRole } from '../scopes/role.registry';
import { type InviteUserInput } from './user.types';

// RFC 5321 §4.5.3.1: a path has at most 254 characters that matter here. Whether anybody reads it, only mail can tell.
const emailPattern = /^[^\s@]{1,64}@[^\s@]{1,189}$/;
const phonePattern = /^\+[1-9]\d{6,14}$/;
const maxNameLength = 100;
const maxPatients = 20;

/** An invitation whose every part is in order. */
export interface Invitation {
  readonly email: string;
  readonly phone: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly roles: readonly SystemRole[];
  readonly patientIds: readonly string[];
  readonly practitionerId: string | null;
  /** Whether a link goes to the address. */
  readonly isMailed: boolean;
}

/** @throws {DomainError} BAD_USER_INPUT or INVALID_ID naming the field at fault */
export function parseInvitation(input: InviteUserInput): Invitation {
  const { temporaryPassword = null, sendInvitation } = input;
  if (temporaryPassword !== null) parsePassword(temporaryPassword, ['input', 'temporaryPassword']);
  const isMailed = sendInvitation ?? temporaryPassword === null;
  if (!isMailed && temporaryPassword === null) {
    throw new InputError('Without a link or a password nobody can get in', ['input', 'sendInvitation']);
  }
  const roles = [...new Set(input.roles)].map(parseRole);
  if (roles.length === 0) throw new InputError('A user has at least one role', ['input', 'roles']);
  return {
    email: parseEmail(input.email),
    phone: parsePhone(input.phoneNumber ?? null),
    firstName: parseName(input.firstName, 'firstName'),
    lastName: parseName(input.lastName, 'lastName'),
    roles,
    patientIds: parsePatients(input.patientIds, roles),
    isMailed,
    practitionerId: input.practitionerId ? parseId('pra', input.practitionerId) : null,
  };
}

function parseEmail(text: string): string {
  const email = normaliseEmail(text);
  if (!emailPattern.test(email)) throw new InputError('This is not an e-mail address', ['input', 'email']);
  return email;
}

function parsePhone(text: string | null): string | null {
  if (text !== null && !phonePattern.test(text)) {
    throw new InputError('A telephone number is written as in E.164', ['input', 'phoneNumber']);
  }
  return text;
}

function parseName(text: string, field: string): string {
  const name = text.trim();
  if (name === '' || name.length > maxNameLength)
    throw new InputError('A name has 1 to 100 characters', ['input', field]);
  return name;
}

function parseRole(key: string): SystemRole {
  if (!isSystemRole(key)) throw new InputError('There is no such role', ['input', 'roles']);
  return key;
}

function parsePatients(ids: readonly string[], roles: readonly SystemRole[]): string[] {
  const patientIds = [...new Set(ids)].map((id) => parseId('pat', id));
  if (patientIds.length > maxPatients)
    throw new InputError('A person acts for at most 20 patients', ['input', 'patientIds']);
  if (patientIds.length > 0 && !roles.includes('PATIENT')) {
    throw new InputError('Whoever is or acts for a patient needs the role PATIENT', ['input', 'patientIds']);
  }
  return patientIds;
}

import { IsNull } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { ConflictError, ForbiddenError, InputError } from '#shared/errors';
import { newId, parseId } from '#shared/ids';
import { endTokens } from '../revocations/end-tokens';
import { Membership } from '../users/membership.entity';
import { User } from '../users/user.entity';
import { canChangeStatus } from '../users/user.policy';
import { PatientLink, type Relationship } from './patient-link.entity';

const maxPatients = 20;
const reasonPattern = /^[A-Z][A-Z0-9_]{1,62}$/;

export interface NewLink {
  readonly userId: string;
  readonly patientId: string;
  readonly relationship: Relationship;
  readonly validUntil: Date | null;
}

/**
 * Lets a person act for a patient, from their next token on.
 * @throws {DomainError} FORBIDDEN, NOT_FOUND, BAD_USER_INPUT; CONFLICT when they do already, or for too many
 */
export async function linkPatient(unit: UnitOfWork, link: NewLink): Promise<PatientLink> {
  const { userId, relationship, validUntil } = link;
  const patientId = parseId('pat', link.patientId);
  if (validUntil !== null && validUntil <= unit.at) throw new InputError('That is past already', ['validUntil']);
  return unit.transaction(async (tx) => {
    const user = await changeableUser(tx, userId);
    const { roles } = await rolesOf(tx, userId);
    if (!roles.includes('PATIENT'))
      throw new InputError('Whoever acts for a patient needs the role PATIENT', ['userId']);
    if (user.patientIds.includes(patientId)) throw new ConflictError('This person acts for the patient already');
    if (user.patientIds.length >= maxPatients) throw new ConflictError('A person acts for at most 20 patients');
    user.patientIds = [...user.patientIds, patientId];
    await tx.save(user);
    const open = { relationship, validUntil, endedAt: null, endReason: null };
    const made = await tx.create(PatientLink, { id: newId('lnk'), userId, patientId, ...open });
    await endTokens(tx, { kind: 'SUBJECT', key: userId, isForGood: false });
    return made;
  });
}

/**
 * Ends a person's right to act for a patient: their tokens end with it.
 * @param reason a code, e.g. OF_AGE, COURT_ORDER, REQUESTED: no words about anybody
 */
export async function unlinkPatient(
  unit: UnitOfWork,
  { userId, patientId, reason }: { readonly userId: string; readonly patientId: string; readonly reason: string },
): Promise<User> {
  if (!reasonPattern.test(reason))
    throw new InputError('A reason is a code of capitals, digits and underscores', ['reason']);
  return unit.transaction(async (tx) => {
    const user = await changeableUser(tx, userId);
    if (!user.patientIds.includes(parseId('pat', patientId)))
      throw new ConflictError('This person does not act for the patient');
    return endLink(tx, user, { patientId, reason });
  });
}

/** @param tx a transaction in which the user was read */
export async function endLink(
  tx: UnitOfWork,
  user: User,
  { patientId, reason }: { readonly patientId: string; readonly reason: string },
): Promise<User> {
  user.patientIds = user.patientIds.filter((id) => id !== patientId);
  await tx.save(user);
  for (const link of await tx.list(PatientLink, { userId: user.id, patientId, endedAt: IsNull() })) {
    link.endedAt = tx.at;
    link.endReason = reason;
    await tx.save(link);
  }
  await endTokens(tx, { kind: 'SUBJECT', key: user.id, isForGood: false });
  return user;
}

async function changeableUser(tx: UnitOfWork, id: string): Promise<User> {
  const user = await tx.get(User, id);
  if (!canChangeStatus(tx.actor, { id, ...(await rolesOf(tx, id)) })) {
    throw new ForbiddenError('This account is not yours to change');
  }
  return user;
}

async function rolesOf(tx: UnitOfWork, userId: string): Promise<{ readonly roles: readonly string[] }> {
  return { roles: (await tx.list(Membership, { userId })).flatMap(({ roleKeys }) => roleKeys) };
}

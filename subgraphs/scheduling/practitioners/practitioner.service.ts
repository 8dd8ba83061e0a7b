import { In } from 'typeorm';
import { type Page, type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { newId, parseId } from '#shared/ids';
import { Schedule } from '../schedules/schedule.entity';
import { Practitioner } from './practitioner.entity';
import { type PractitionerInput, type PractitionersArgs } from './practitioner.types';

export interface Registration {
  readonly idempotencyKey: string;
  /** Where the id is already known to others, as in the demo data. */
  readonly id?: string;
  readonly userId?: string | null;
  readonly input: PractitionerInput;
}

/** @throws {DomainError} BAD_USER_INPUT without a name; IDEMPOTENCY_KEY_REUSED. */
export async function registerPractitioner(unit: UnitOfWork, registration: Registration): Promise<Practitioner> {
  const { idempotencyKey, id = newId('pra'), userId = null, input } = registration;
  const { displayName, title = null, kind, languages } = input;
  if (userId !== null) parseId('usr', userId);
  if (displayName.trim() === '') throw new InputError('A practitioner has a name', ['input', 'displayName']);
  const once = { operation: 'registerPractitioner', key: idempotencyKey, request: { userId, input } };
  return unit.once(Practitioner, once, (tx) =>
    tx.create(Practitioner, { id, userId, displayName: displayName.trim(), title, kind, languages, status: 'ACTIVE' }),
  );
}

export async function listPractitioners(
  unit: UnitOfWork,
  { filter, ...page }: PractitionersArgs,
): Promise<Page<Practitioner>> {
  if (!filter?.locationId) return unit.page(Practitioner, { ...page, where: {} });
  const schedules = await unit.list(Schedule, { locationId: filter.locationId });
  const ids = schedules.map(({ practitionerId }) => practitionerId);
  return unit.page(Practitioner, { ...page, where: { id: In(ids) } });
}

import { type NewValues, type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { Location } from './location.entity';
import { minutesOf, ServiceType } from './service-type.entity';

type NewServiceType = Omit<NewValues<ServiceType>, 'id' | 'active'>;

const keyPattern = /^[a-z][a-z0-9-]{1,62}$/;
const priceCodePattern = /^[A-Z0-9_-]{1,64}$/;
const cellMinutes = 5;
const longestMinutes = 1_440;

/** @throws {DomainError} BAD_USER_INPUT for a malformed key or price code, or times that are too long or no multiple of 5 minutes. */
export async function createServiceType(unit: UnitOfWork, values: NewServiceType): Promise<ServiceType> {
  const { key, priceCode, duration, slotInterval, bufferBefore, bufferAfter } = values;
  if (!keyPattern.test(key)) throw new InputError('A key is 2 to 63 lower-case letters, digits and hyphens', ['key']);
  if (priceCode !== null && !priceCodePattern.test(priceCode)) {
    throw new InputError('A price code is capitals, digits, hyphens and underscores', ['priceCode']);
  }
  for (const length of [duration, slotInterval]) {
    if (minutesOf(length) < cellMinutes) throw new InputError('A slot is at least 5 minutes long');
  }
  for (const length of [duration, slotInterval, bufferBefore, bufferAfter]) {
    if (minutesOf(length) % cellMinutes !== 0) throw new InputError('Times are kept in steps of 5 minutes');
  }
  if (minutesOf(duration) + minutesOf(bufferBefore) + minutesOf(bufferAfter) > longestMinutes) {
    throw new InputError('An appointment takes at most a day', ['duration']);
  }
  return unit.create(ServiceType, { ...values, id: newId('svc'), active: true });
}

export async function listServiceTypes(unit: UnitOfWork): Promise<ServiceType[]> {
  return unit.list(ServiceType, { active: true }, { order: { key: 'ASC' } });
}

export async function createLocation(unit: UnitOfWork, values: Omit<NewValues<Location>, 'id'>): Promise<Location> {
  return unit.create(Location, { ...values, id: newId('loc') });
}

export async function listLocations(unit: UnitOfWork): Promise<Location[]> {
  return unit.list(Location, {}, { order: { createdAt: 'ASC' } });
}

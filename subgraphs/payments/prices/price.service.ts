import { type NewValues, type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { Price } from './price.entity';

/** @throws {DomainError} BAD_USER_INPUT for a malformed code, a negative amount or what is no currency. */
export async function createPrice(unit: UnitOfWork, values: Omit<NewValues<Price>, 'id' | 'active'>): Promise<Price> {
  if (!/^[A-Z0-9_-]{1,64}$/.test(values.code))
    throw new InputError('A price code is capitals, digits, hyphens and underscores');
  if (values.unitAmountMinor < 0) throw new InputError('A price is not negative');
  if (!/^[A-Z]{3}$/.test(values.currency)) throw new InputError('A currency is its three letters (ISO 4217)');
  return unit.create(Price, { ...values, id: newId('prc'), active: true });
}

export async function listPrices(unit: UnitOfWork, page: PageArguments): Promise<Page<Price>> {
  return unit.page(Price, { ...page, where: { active: true }, direction: 'ASC' });
}

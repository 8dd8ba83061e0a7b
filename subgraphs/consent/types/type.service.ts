import { type UnitOfWork } from '#shared/database';
import { InputError, NotFoundError } from '#shared/errors';
import { newId } from '#shared/ids';
import { ConsentType } from './type.entity';
import { type CreateConsentTypeInput } from './type.types';

const keyPattern = /^[a-z][a-z0-9-]{1,62}$/;

/** @throws {DomainError} BAD_USER_INPUT for a malformed key; CONFLICT when the key is taken. */
export async function createConsentType(unit: UnitOfWork, input: CreateConsentTypeInput): Promise<ConsentType> {
  const { idempotencyKey, renewEvery = null, ...values } = input;
  if (!keyPattern.test(input.key)) {
    throw new InputError('A key is 2 to 63 lower-case letters, digits and hyphens', ['input', 'key']);
  }
  return unit.once(ConsentType, { operation: 'createConsentType', key: idempotencyKey, request: input }, (tx) =>
    tx.create(ConsentType, { ...values, id: newId('ctp'), renewEvery, active: true }),
  );
}

export async function listConsentTypes(unit: UnitOfWork, active: boolean): Promise<ConsentType[]> {
  return unit.list(ConsentType, { active }, { order: { key: 'ASC' } });
}

/** @throws {DomainError} NOT_FOUND */
export async function getConsentTypeByKey(unit: UnitOfWork, key: string): Promise<ConsentType> {
  const type = await unit.findBy(ConsentType, { key, active: true });
  if (!type) throw new NotFoundError('ConsentType');
  return type;
}

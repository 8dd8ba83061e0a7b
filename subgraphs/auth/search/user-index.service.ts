import { type FindOperator, Raw } from 'typeorm';
import { normaliseEmail, prefixTokens, searchTokens } from '#shared/crypto';
import { type UnitOfWork } from '#shared/database';
import { idBytes, newId } from '#shared/ids';
import { type User } from '../users/user.entity';
import { phoneOf } from './phone';
import { UserIndexEntry } from './user-index.entity';

type Field = UserIndexEntry['field'];
const maxWords = 5;

/** Makes a person findable, in the transaction that stores them. */
export async function indexUser(tx: UnitOfWork, user: User): Promise<void> {
  const { id: userId, emailAddress, phone, firstName, lastName } = user;
  const values: (readonly [Field, string])[] = [
    ...(emailAddress === null ? [] : [['EMAIL', normaliseEmail(emailAddress)] as const]),
    ...(phone === null ? [] : [['PHONE', phone] as const]),
    ...prefixTokens(`${firstName ?? ''} ${lastName ?? ''}`).map((token) => ['NAME', token] as const),
  ];
  for (const [field, value] of values) {
    await tx.create(UserIndexEntry, { id: newId('uix'), userId, field, token: await hashOf(tx, field, value) });
  }
}

export async function forgetInIndex(tx: UnitOfWork, userId: string): Promise<void> {
  await tx.remove(UserIndexEntry, { userId });
}

/**
 * The people meant by what somebody typed: a whole address, a whole number, or beginnings of names, each word of which
 * must fit; null when nothing is looked for.
 */
export async function idsByText(unit: UnitOfWork, text: string): Promise<FindOperator<string> | null> {
  const looked = wanted(unit, text);
  if (looked.length === 0) return null;
  const parameters: Record<string, unknown> = { index_org: idBytes('org', unit.actor.organisationId) };
  const subqueries: string[] = [];
  for (const [position, [field, value]] of looked.entries()) {
    const names = { field: `index_field_${String(position)}`, token: `index_token_${String(position)}` };
    Object.assign(parameters, { [names.field]: field, [names.token]: await hashOf(unit, field, value) });
    subqueries.push(
      `SELECT user_id FROM user_index_entries WHERE org_id = :index_org AND field = :${names.field} AND token = :${names.token}`,
    );
  }
  // A subquery, not a list of ids: a page stays one statement, and its cursor stays valid when people come or go.
  return Raw((column) => subqueries.map((subquery) => `${column} IN (${subquery})`).join(' AND '), parameters);
}

function wanted({ actor }: UnitOfWork, text: string): (readonly [Field, string])[] {
  if (text.includes('@')) return [['EMAIL', normaliseEmail(text.slice(0, 320))]];
  const phone = phoneOf(text, actor.region);
  if (phone !== null) return [['PHONE', phone]];
  return searchTokens(text.slice(0, 320))
    .slice(0, maxWords)
    .map((token) => ['NAME', token] as const);
}

function hashOf(unit: UnitOfWork, field: Field, value: string): Promise<string> {
  return unit.hash(`user.${field}`, value);
}

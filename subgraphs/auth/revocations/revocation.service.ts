import { type FindOptionsWhere, MoreThan, MoreThanOrEqual } from 'typeorm';
import { type Actor } from '#shared/auth';
import { ForbiddenError, InputError } from '#shared/errors';
import { isId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { Revocation } from './revocation.entity';
import { type Revocations } from './revocation.types';

const pageSize = 5_000;
/**
 * How long a transaction may take between the moment it stands for and its commit: rows appear out of order within it,
 * so whoever has read all is told those of the last minute once more.
 */
const overlapMs = 60_000;

/** After which row a page begins; without an id it begins with the first row of that moment. */
interface Place {
  readonly at: Date;
  readonly id: string | null;
}

/**
 * The revocations of all organisations that still matter.
 * @param after a cursor; null for all of them
 * @throws {DomainError} FORBIDDEN for everybody but the platform itself; BAD_USER_INPUT for a cursor that is none
 */
export async function revocationsAfter(
  { source }: SystemAccess,
  { actor, after, at }: { readonly actor: Actor; readonly after: string | null; readonly at: Date },
): Promise<Revocations> {
  if (actor.kind !== 'service') throw new ForbiddenError('Only the platform itself looks across organisations');
  const place = after === null ? null : readPlace(after);
  const entries = await source.getRepository(Revocation).find({
    where: whereAfter(place, at),
    order: { createdAt: 'ASC', id: 'ASC' },
    take: pageSize,
  });
  const last = entries.at(-1);
  const isComplete = entries.length < pageSize;
  if (!isComplete && last) return { entries, isComplete, cursor: writePlace({ at: last.createdAt, id: last.id }) };
  return { entries, isComplete, cursor: writePlace({ at: new Date(at.getTime() - overlapMs), id: null }) };
}

function whereAfter(place: Place | null, at: Date): FindOptionsWhere<Revocation>[] {
  const endsAt = MoreThan(at);
  if (!place) return [{ endsAt }];
  if (place.id === null) return [{ endsAt, createdAt: MoreThanOrEqual(place.at) }];
  return [
    { endsAt, createdAt: MoreThan(place.at) },
    { endsAt, createdAt: place.at, id: MoreThan(place.id) },
  ];
}

function writePlace({ at, id }: Place): string {
  return [String(at.getTime()), ...(id === null ? [] : [id])].join('.');
}

function readPlace(cursor: string): Place {
  const [ms = '', id = null, ...rest] = cursor.split('.');
  const isPlace = /^\d{1,15}$/.test(ms) && (id === null || isId('rvk', id)) && rest.length === 0;
  if (!isPlace) throw new InputError('This is not a cursor of revocations', ['after']);
  return { at: new Date(Number(ms)), id };
}

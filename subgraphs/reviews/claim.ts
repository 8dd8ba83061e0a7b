import { In, LessThanOrEqual, type FindOptionsWhere } from 'typeorm';
import { runInContext } from '#shared/context';
import { type EntityType, type TenantEntity, type UnitOfWork } from '#shared/database';
import { type SystemAccess } from '#shared/subgraph';

/** A row that a worker acts on at a time, and that only one worker at a time acts on. */
export interface Due extends TenantEntity {
  readonly status: string;
  readonly dueAt: Date | null;
  readonly fencingToken: number;
  readonly correlationId: string;
}

const batch = 16;

/** Rows of any organisation that are due, longest waiting first: just what is needed to claim them. */
export async function findDue<E extends Due>(
  system: SystemAccess,
  type: EntityType<E>,
  { statuses, at }: { statuses: readonly string[]; at: Date },
): Promise<E[]> {
  const fields = ['id', 'organisationId', 'region', 'status', 'fencingToken', 'correlationId'] as const;
  return system.source
    .createQueryBuilder(type, 'row')
    .select(fields.map((field) => `row.${field}`))
    .where({ status: In([...statuses]), dueAt: LessThanOrEqual(at) })
    .orderBy('row.dueAt', 'ASC')
    .take(batch)
    .getMany();
}

/**
 * Claims a row for `leaseMs`: until then nobody else finds it due, and afterwards it is due again.
 * @returns the claim's fencing token; null when somebody else was quicker.
 */
export async function claim<E extends Due>(
  unit: UnitOfWork,
  type: EntityType<E>,
  { row, leaseMs, values = {} }: { row: E; leaseMs: number; values?: Partial<E> },
): Promise<number | null> {
  const { id, status, fencingToken } = row;
  const where = { id, status, fencingToken } as FindOptionsWhere<E>;
  const dueAt = new Date(Date.now() + leaseMs);
  const claimed = await unit.updateWhere(type, where, { ...values, dueAt, fencingToken: fencingToken + 1 });
  return claimed === 0 ? null : fencingToken + 1;
}

/** Runs a piece of a workflow's work as part of what the case's submission set off. */
export function onBehalfOf<T>({ correlationId }: Due, operationName: string, work: () => Promise<T>): Promise<T> {
  return runInContext({ correlationId, causationId: null, operationName }, work);
}

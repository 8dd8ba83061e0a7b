import DataLoader from 'dataloader';
import { In, type FindOptionsWhere } from 'typeorm';
import { type EntityType, type TenantEntity, type UnitOfWork } from '#shared/database';

/** Reads many at once: one value per key, in the order of the keys. */
export type BatchFunction<K, V> = (unit: UnitOfWork, keys: readonly K[]) => Promise<readonly V[]>;

/** The loaders of one request: each batch function gets one DataLoader, so that a list of 100 costs one query. */
export class Loaders {
  private readonly loaders = new Map<unknown, DataLoader<unknown, unknown>>();

  constructor(private readonly unit: UnitOfWork) {}

  load<K, V>(batch: BatchFunction<K, V>, key: K): Promise<V> {
    const known = this.loaders.get(batch) as DataLoader<K, V> | undefined;
    const loader = known ?? new DataLoader<K, V>((keys) => batch(this.unit, keys), { maxBatchSize: 500 });
    if (!known) this.loaders.set(batch, loader);
    return loader.load(key);
  }

  /** Forgets what was loaded: a mutation's answer shows the state after it. */
  clear(): void {
    this.loaders.clear();
  }
}

/** Loader of rows by id; null for those that do not exist or that the actor may not see. */
export function byId<E extends TenantEntity>(type: EntityType<E>): BatchFunction<string, E | null> {
  return async (unit, ids) => {
    const rows = await unit.listById(type, ids);
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  };
}

/** Loader of all rows that refer to a key by `property`, oldest first. */
export function listBy<E extends TenantEntity>(
  type: EntityType<E>,
  property: keyof E & string,
): BatchFunction<string, E[]> {
  return async (unit, keys) => {
    const where = { [property]: In([...keys]) } as FindOptionsWhere<E>;
    const order = { createdAt: 'ASC', id: 'ASC' } as never;
    const rows = await unit.list(type, where, { order });
    const groups = new Map<unknown, E[]>(keys.map((key) => [key, []]));
    for (const row of rows) groups.get(row[property])?.push(row);
    return keys.map((key) => groups.get(key) ?? []);
  };
}

import { type EntityManager, type EntityMetadata, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { type ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';

/** A row as the driver gives it: columns by their alias, `row_<column>`. Never changed once it is read. */
export type RawRow = Readonly<Record<string, unknown>>;

type Read = (value: unknown) => unknown;

interface PlannedColumn {
  readonly alias: string;
  readonly property: string;
  readonly read: Read;
}

type Plan = readonly PlannedColumn[];

/** What every query of a RowReader calls its one table. */
export const rowAlias = 'row';

const plans = new WeakMap<EntityMetadata, Plan>();

/**
 * Runs a query over one table. TypeORM's own way from rows to entities groups them by key, for joins, and looks at every
 * column's kind for every row; without joins one row is one entity, and the kinds are the same for all of them.
 */
export async function readRawRows<E extends ObjectLiteral>(
  manager: EntityManager,
  query: SelectQueryBuilder<E>,
): Promise<readonly RawRow[]> {
  const [sql, parameters] = query.getQueryAndParameters();
  return manager.query<RawRow[]>(sql, parameters);
}

/** Fills an object with a row's values as the entity's properties have them: ciphertext still as ciphertext. */
export function hydrate<T extends object>(metadata: EntityMetadata, raw: RawRow, into: T): T {
  const values = into as Record<string, unknown>;
  for (const { alias, property, read } of planOf(metadata)) values[property] = read(raw[alias]);
  return into;
}

function planOf(metadata: EntityMetadata): Plan {
  let plan = plans.get(metadata);
  if (!plan) {
    if (metadata.relations.length > 0 || metadata.embeddeds.length > 0)
      throw new Error(
        `${metadata.name} has relations or embedded columns: rows of one table are all that is read here`,
      );
    plan = metadata.columns.map((column) => ({
      alias: `${rowAlias}_${column.databaseName}`,
      property: column.propertyName,
      read: readerOf(metadata, column),
    }));
    plans.set(metadata, plan);
  }
  return plan;
}

/** Stored as they are in code, on both dialects. */
const plainTypes: ReadonlySet<unknown> = new Set(['varchar', 'text', 'int', 'double']);

/** How one column is read; what is not worth a way of its own goes TypeORM's, so that nothing is read differently. */
function readerOf({ dataSource: { driver } }: EntityMetadata, column: ColumnMetadata): Read {
  const { type, transformer } = column;
  if (type === 'blob' && transformer && !Array.isArray(transformer))
    return (value) => transformer.from(value) as unknown;
  if (!transformer && plainTypes.has(type)) return (value) => value;
  if (!transformer && type === 'datetime')
    return (value) => instantOf(value) ?? (driver.prepareHydratedValue(value, column) as unknown);
  return (value) => driver.prepareHydratedValue(value, column) as unknown;
}

const sqliteInstant = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/;

/** SQLite keeps instants as `2026-03-29 01:30:00.007`, MySQL's driver gives dates. Undefined: neither. */
function instantOf(value: unknown): Date | null | undefined {
  if (value === null || value instanceof Date) return value;
  if (typeof value !== 'string' || !sqliteInstant.test(value)) return undefined;
  return new Date(`${value.replace(' ', 'T')}Z`);
}

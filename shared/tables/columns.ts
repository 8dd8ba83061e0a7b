import { Column, type ColumnOptions, FindOperator, PrimaryColumn, type ValueTransformer } from 'typeorm';
import { idBytes, idFromBytes, type IdPrefix } from '#shared/ids';

/*
 * The kinds of column an entity may have, one decorator each. The TypeORM types named here exist on both dialects;
 * what the database itself uses (BINARY(16), DATETIME(3), …) is decided in migration-schema.ts.
 */

interface Nullable {
  readonly nullable?: boolean;
  /** Column name, where snake_case of the property is not it. */
  readonly name?: string;
}

/** The entity's own id: a prefixed text in code, 16 bytes in the database. */
export function IdColumn(prefix: IdPrefix): PropertyDecorator {
  return PrimaryColumn({ name: 'id', type: 'blob', transformer: idTransformer(prefix) });
}

/** Id of another record. Only ids cross from one table to another; rows are joined by loaders and the supergraph. */
export function ReferenceColumn(prefix: IdPrefix, options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'blob', transformer: idTransformer(prefix) });
}

/** ASCII: states, codes, hashes, slugs. Compared byte by byte on every dialect. */
export function CodeColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'varchar' });
}

/** Text for people. Never PHI: that is `@Encrypted`. */
export function TextColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'text' });
}

/** An instant in UTC with milliseconds. */
export function TimeColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'datetime', precision: 3 });
}

/** A day without a time, as `YYYY-MM-DD`. */
export function DayColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'varchar' });
}

export function IntegerColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'int' });
}

/** Integer minor units (pence, cents). Its currency stands in a column beside it. */
export function MoneyColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'bigint', transformer: safeInteger });
}

export function NumberColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'double' });
}

export function FlagColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'boolean' });
}

/** A small structure that is read and written whole. Never PHI, never queried inside. */
export function JsonColumn(options: Nullable = {}): PropertyDecorator {
  return Column({ ...options, type: 'simple-json' } satisfies ColumnOptions);
}

export function idTransformer(prefix: IdPrefix): ValueTransformer {
  const transformer: ValueTransformer = {
    to: (id: unknown) => {
      // TypeORM hands `In([...])` and the like over whole; what is inside needs the same treatment.
      if (id instanceof FindOperator) id.transformValue(transformer);
      return typeof id === 'string' ? idBytes(prefix, id) : id;
    },
    from: (bytes: unknown) => (bytes === null || bytes === undefined ? null : idFromBytes(prefix, toBuffer(bytes))),
  };
  return transformer;
}

const safeInteger: ValueTransformer = {
  to: (amount: unknown) => {
    if (amount === null || amount === undefined) return amount;
    if (typeof amount !== 'number') return amount;
    if (!Number.isSafeInteger(amount)) throw new RangeError('An amount is a whole number of minor units below 2^53');
    return amount;
  },
  // mysql2 gives BIGINT as text so that nothing is lost above 2^53; our range check makes the number exact.
  from: (stored: unknown) => (stored === null || stored === undefined ? null : Number(stored)),
};

function toBuffer(bytes: unknown): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  if (bytes instanceof ArrayBuffer) return Buffer.from(bytes);
  if (ArrayBuffer.isView(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  throw new TypeError('An id column holds 16 bytes');
}

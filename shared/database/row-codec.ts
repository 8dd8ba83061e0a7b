import { isDeepStrictEqual } from 'node:util';
import { type EntityManager, type EntityMetadata } from 'typeorm';
import { type KeyRef } from '#shared/crypto';
import { encryptedPropertiesOf, subjectOf } from './encrypted';
import { hydrate, type RawRow } from './row-hydration';
import { type SubjectKeys } from './subject-keys';
import { type EntityType, type TenantEntity } from './tenant-entity';

/** Column values by property name, as they are stored: ciphertext where the class says `@Encrypted`. */
export type StoredRow = Record<string, unknown>;

/** What a row was when it was read or last written, so that a save knows what has changed. */
interface Memory {
  /** Made when it is asked for: most rows are read and never saved. */
  readonly stored: () => StoredRow;
  /** JSON of the encrypted properties in clear: ciphertext differs at every encryption and cannot be compared. */
  clear: ReadonlyMap<string, string>;
}

const memories = new WeakMap<TenantEntity, Memory>();
const nothing: ReadonlyMap<string, string> = new Map<string, string>();

/** Turns entities into stored rows and back: the one place where PHI is encrypted and decrypted. */
export class RowCodec {
  constructor(
    private readonly manager: EntityManager,
    private readonly keys: SubjectKeys,
  ) {}

  metadata(type: EntityType<TenantEntity>): EntityMetadata {
    return this.manager.dataSource.getMetadata(type);
  }

  /** Makes entities of rows that have been read, ciphertext as it is, and notes that they are stored like this. */
  entities<E extends TenantEntity>(type: EntityType<E>, raws: readonly RawRow[]): E[] {
    const metadata = this.metadata(type);
    return raws.map((raw) => {
      const row = hydrate(metadata, raw, new type());
      // Read once more from what the database gave: nobody has changed that in place.
      memories.set(row, { stored: () => hydrate<StoredRow>(metadata, raw, {}), clear: nothing });
      return row;
    });
  }

  /** Notes the stored form of a row that has just been written. */
  remember(row: TenantEntity, stored: StoredRow): void {
    const type = row.constructor as EntityType<TenantEntity>;
    memories.set(row, { stored: () => stored, clear: clearOf(type, row) });
  }

  /** What differs from the stored form, encrypted where it must be, and the whole new stored form. */
  async changes<E extends TenantEntity>(
    type: EntityType<E>,
    row: E,
  ): Promise<{ changed: StoredRow; stored: StoredRow }> {
    const memory = memories.get(row);
    if (!memory) throw new Error(`Save a ${type.name} that this process has read, or create one`);
    const clear = clearOf(type, row);
    const before = memory.stored();
    const stored = await this.encode(type, row);
    const changed: StoredRow = {};
    for (const [property, value] of Object.entries(stored)) {
      const encrypted = encryptedPropertiesOf(type).has(property);
      const same = encrypted ? memory.clear.get(property) === clear.get(property) : isSame(before[property], value);
      if (same) stored[property] = before[property];
      else changed[property] = value;
    }
    return { changed, stored };
  }

  /** Decrypts in place. Values whose key is destroyed become null. */
  async decrypt<E extends TenantEntity>(type: EntityType<E>, rows: readonly E[]): Promise<void> {
    const encrypted = encryptedPropertiesOf(type);
    if (encrypted.size === 0 || rows.length === 0) return;
    const refs = rows.flatMap((row) => refsOf(row, [...new Set(encrypted.values())]));
    const keys = await this.keys.load(refs, 'read');
    const { tableName } = this.metadata(type);
    for (const row of rows) {
      const values = row as unknown as StoredRow;
      const clear = new Map<string, string>();
      for (const [property, category] of encrypted) {
        const stored = values[property];
        const address = { table: tableName, column: property, rowId: row.id };
        const text = typeof stored === 'string' ? keys.decrypt(keyRef(row, category), address, stored) : null;
        clear.set(property, text ?? 'null');
        values[property] = text === null ? null : JSON.parse(text);
      }
      const memory = memories.get(row);
      if (memory) memory.clear = clear;
    }
  }

  /** The stored form of an entity: every column, PHI encrypted. */
  async encode<E extends TenantEntity>(type: EntityType<E>, row: E): Promise<StoredRow> {
    const { tableName } = this.metadata(type);
    const encrypted = encryptedPropertiesOf(type);
    const values = row as unknown as StoredRow;
    const stored = this.columnsOf(type, row);
    if (encrypted.size === 0) return stored;
    const keys = await this.keys.load(refsOf(row, [...new Set(encrypted.values())]), 'create');
    for (const [property, category] of encrypted) {
      const value = values[property];
      if (value === null || value === undefined) continue;
      const address = { table: tableName, column: property, rowId: row.id };
      stored[property] = keys.encrypt(keyRef(row, category), address, JSON.stringify(value));
    }
    return stored;
  }

  private columnsOf(type: EntityType<TenantEntity>, row: TenantEntity): StoredRow {
    const values = row as unknown as StoredRow;
    return Object.fromEntries(
      this.metadata(type).columns.map(({ propertyName }) => [propertyName, copy(values[propertyName] ?? null)]),
    );
  }
}

function clearOf(type: object, row: TenantEntity): Map<string, string> {
  const values = row as unknown as StoredRow;
  return new Map([...encryptedPropertiesOf(type).keys()].map((name) => [name, JSON.stringify(values[name] ?? null)]));
}

/** JSON columns are objects: without a copy a change in place would change the memory too. */
function copy(value: unknown): unknown {
  if (value instanceof Date) return new Date(value);
  // As the database gives it back when it is read: a structured clone costs more, and would keep what JSON does not.
  return value !== null && typeof value === 'object' ? (JSON.parse(JSON.stringify(value)) as unknown) : value;
}

function isSame(before: unknown, now: unknown): boolean {
  return before === now || isDeepStrictEqual(before, now);
}

function refsOf(row: TenantEntity, categories: readonly string[]): KeyRef[] {
  return categories.map((category) => keyRef(row, category));
}

function keyRef(row: TenantEntity, category: string): KeyRef {
  const subjectId = subjectOf(row);
  if (subjectId === null) throw new Error(`${row.constructor.name} has encrypted columns and needs @PhiSubject`);
  return { organisationId: row.organisationId, subjectId, category };
}

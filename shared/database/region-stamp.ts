import { type DataSource, Entity, PrimaryColumn } from 'typeorm';
import { DecryptionError, type KeyProvider } from '#shared/crypto';
import { type Region, RegionMismatchError } from '#shared/region';
import { CodeColumn, TextColumn, TimeColumn, column, migration } from '#shared/tables';
import { type DatabaseOptions } from './connection';

const table = 'region_stamps';
const stampName = 'deployment';

/** One row: which region's database this is. Nobody's data, so it has no organisation and no tenant sees it. */
@Entity(table)
export class RegionStamp {
  @PrimaryColumn({ type: 'varchar' })
  name!: string;

  @CodeColumn()
  region!: string;

  /** The region's name under the root key: another key does not open it. */
  @TextColumn({ nullable: true })
  keyCheck!: string | null;

  @TimeColumn()
  stampedAt!: Date;
}

export const createRegionStamps = migration('1764000900001-create-region-stamps', async (schema) => {
  const columns = {
    name: column.code,
    region: column.codeOf(8),
    key_check: column.text.orNull,
    stamped_at: column.time,
  };
  await schema.createTable(table, columns, ['name']);
});

/**
 * Reads what the database says of itself. To be called before anything is written to it, migrations included.
 * A database from before there were stamps is one of this region if no row in it says otherwise.
 * @throws {RegionMismatchError} when it is another region's
 * @throws {DecryptionError} when it was made under another root key
 */
export async function assertRegionStamp(source: DataSource, options: DatabaseOptions, name: string): Promise<void> {
  const { region: wanted, keyProvider } = options;
  const tables = await tablesOf(source);
  const stamp = tables.has(table) ? await readStamp(source) : null;
  const found = stamp ? stamp.region : await foreignRegionIn(source, tables, wanted);
  if (found !== null && found !== wanted) throw new RegionMismatchError({ kind: 'database', name, found, wanted });
  if (stamp?.keyCheck != null && keyProvider) await assertKey(keyProvider, stamp.keyCheck, wanted);
}

/** Stamps a database that has none yet. To be called after migrations. */
export async function stampRegion(source: DataSource, { region, keyProvider }: DatabaseOptions): Promise<void> {
  if (await readStamp(source)) return;
  const keyCheck = keyProvider ? await keyProvider.wrap(Buffer.from(region), keyContext) : null;
  await source.manager.insert(RegionStamp, { name: stampName, region, keyCheck, stampedAt: new Date() });
}

const keyContext = { purpose: 'region-stamp' };

async function assertKey(keyProvider: KeyProvider, wrapped: string, region: Region): Promise<void> {
  const opened = await keyProvider.unwrap(wrapped, keyContext).catch((cause: unknown) => {
    if (isRefusal(cause)) throw new DecryptionError('The database was made under another root key');
    throw cause;
  });
  if (opened.toString() !== region) throw new DecryptionError('The database was made under another root key');
}

/** What a local key and KMS say of ciphertext that is not theirs; anything else is an outage. */
function isRefusal(error: unknown): boolean {
  const names = ['DecryptionError', 'InvalidCiphertextException', 'IncorrectKeyException'];
  return error instanceof Error && names.includes(error.name);
}

function readStamp(source: DataSource): Promise<RegionStamp | null> {
  return source.manager.findOneBy(RegionStamp, { name: stampName });
}

/** Another region that a row names; null when there is none. Reads whole tables: once, at the first start with stamps. */
async function foreignRegionIn(source: DataSource, present: ReadonlySet<string>, own: Region): Promise<string | null> {
  for (const { tableName, columns } of source.entityMetadatas) {
    if (!present.has(tableName) || !columns.some(({ databaseName }) => databaseName === 'region')) continue;
    const sql = `SELECT region FROM ${tableName} WHERE region <> ? LIMIT 1`;
    const [row] = await source.query<{ region: string }[]>(sql, [own]);
    if (row) return row.region;
  }
  return null;
}

async function tablesOf(source: DataSource): Promise<ReadonlySet<string>> {
  const sql =
    source.options.type === 'mysql'
      ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
      : "SELECT name FROM sqlite_master WHERE type = 'table'";
  const rows = await source.query<{ name: string }[]>(sql);
  return new Set(rows.map(({ name }) => name));
}

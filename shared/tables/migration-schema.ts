import { type QueryRunner, Table, type TableColumnOptions } from 'typeorm';

export type Dialect = 'sqlite' | 'mysql';

interface ColumnKind {
  readonly kind: keyof typeof types.mysql;
  readonly length?: number;
  readonly nullable: boolean;
}

/** The one place where the dialects' types differ. */
const types = {
  mysql: {
    id: { type: 'binary', length: '16' },
    code: { type: 'varchar', charset: 'ascii', collation: 'ascii_bin' },
    name: { type: 'varchar', charset: 'utf8mb4', collation: 'utf8mb4_bin' },
    text: { type: 'longtext', charset: 'utf8mb4', collation: 'utf8mb4_bin' },
    time: { type: 'datetime', precision: 3 },
    integer: { type: 'int' },
    money: { type: 'bigint' },
    number: { type: 'double' },
    flag: { type: 'tinyint' },
  },
  sqlite: {
    id: { type: 'blob' },
    code: { type: 'varchar' },
    name: { type: 'varchar' },
    text: { type: 'text' },
    time: { type: 'datetime' },
    integer: { type: 'integer' },
    money: { type: 'bigint' },
    number: { type: 'double' },
    flag: { type: 'boolean' },
  },
} as const satisfies Record<Dialect, Record<string, Partial<TableColumnOptions>>>;

interface Column extends ColumnKind {
  /** The same column, allowing null. */
  readonly orNull: ColumnKind;
}

function kind(name: ColumnKind['kind'], length?: number): Column {
  const base = { kind: name, ...(length !== undefined && { length }) };
  return { ...base, nullable: false, orNull: { ...base, nullable: true } };
}

/** Column kinds of a migration; each matches the decorator of the same name in columns.ts. */
export const column = {
  id: kind('id'),
  /** ASCII, compared byte by byte; 64 characters unless told. */
  code: kind('code', 64),
  codeOf: (length: number): Column => kind('code', length),
  /** Short text for people, up to 191 characters (an index on utf8mb4 holds no more). */
  name: kind('name', 191),
  /** Long text, JSON and ciphertext. */
  text: kind('text'),
  time: kind('time'),
  day: kind('code', 10),
  integer: kind('integer'),
  money: kind('money'),
  number: kind('number'),
  flag: kind('flag'),
};

export interface TableOptions {
  readonly indexes?: readonly (readonly string[])[];
  readonly unique?: readonly (readonly string[])[];
}

/** What a migration may do, dialect apart. */
export class MigrationSchema {
  readonly dialect: Dialect;

  constructor(private readonly runner: QueryRunner) {
    this.dialect = runner.dataSource.options.type === 'mysql' ? 'mysql' : 'sqlite';
  }

  /**
   * A table of one organisation's rows: `org_id, id` (the key), `region`, `version`, `created_at`, `updated_at` and the
   * columns given. Indexes and unique constraints get `org_id` in front, so that the tenant's rows lie together.
   */
  async createTenantTable(
    name: string,
    columns: Record<string, ColumnKind>,
    options: TableOptions = {},
  ): Promise<void> {
    const standard = {
      org_id: column.id,
      id: column.id,
      region: column.codeOf(8),
      version: column.integer,
      created_at: column.time,
      updated_at: column.time,
    };
    const withOwner = (lists: TableOptions['indexes']): string[][] => (lists ?? []).map((list) => ['org_id', ...list]);
    await this.createTable(name, { ...standard, ...columns }, ['org_id', 'id'], {
      indexes: withOwner(options.indexes),
      unique: withOwner(options.unique),
    });
  }

  /** Any other table: the platform's own machinery, or rows without an owner. */
  // eslint-disable-next-line @typescript-eslint/max-params -- name, columns and key are what CREATE TABLE takes
  async createTable(
    name: string,
    columns: Record<string, ColumnKind>,
    primaryKey: readonly string[],
    options: TableOptions = {},
  ): Promise<void> {
    const table = new Table({
      name,
      columns: Object.entries(columns).map(([columnName, spec]) => this.column(columnName, spec, primaryKey)),
      indices: (options.indexes ?? []).map((list) => ({ name: indexName('ix', name, list), columnNames: [...list] })),
      uniques: (options.unique ?? []).map((list) => ({ name: indexName('ux', name, list), columnNames: [...list] })),
      ...(this.dialect === 'mysql' && { engine: 'InnoDB' }),
    });
    await this.runner.createTable(table);
  }

  async addColumn(table: string, name: string, spec: ColumnKind): Promise<void> {
    const { TableColumn } = await import('typeorm');
    await this.runner.addColumn(table, new TableColumn(this.column(name, spec, [])));
  }

  /** Takes back a unique constraint that `createTable` made, so that several rows may have these values. */
  async dropUnique(table: string, columns: readonly string[]): Promise<void> {
    const name = indexName('ux', table, columns);
    // MySQL has unique indexes where SQLite has constraints.
    if (this.dialect === 'mysql') await this.runner.dropIndex(table, name);
    else await this.runner.dropUniqueConstraint(table, name);
  }

  async addIndex(table: string, columns: readonly string[], { isUnique = false } = {}): Promise<void> {
    const { TableIndex } = await import('typeorm');
    await this.runner.createIndex(
      table,
      new TableIndex({ name: indexName(isUnique ? 'ux' : 'ix', table, columns), columnNames: [...columns], isUnique }),
    );
  }

  /** Fills what a step has made from what was there before, in words of both dialects. */
  async run(statement: string): Promise<void> {
    await this.runner.query(statement);
  }

  private column(name: string, spec: ColumnKind, primaryKey: readonly string[]): TableColumnOptions {
    const native = types[this.dialect][spec.kind];
    const length = spec.length === undefined ? {} : { length: String(spec.length) };
    return { name, ...length, ...native, isNullable: spec.nullable, isPrimary: primaryKey.includes(name) };
  }
}

function indexName(prefix: string, table: string, columns: readonly string[]): string {
  return `${prefix}_${table}_${columns.filter((name) => name !== 'org_id').join('_')}`.slice(0, 60);
}

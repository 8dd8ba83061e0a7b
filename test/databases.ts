import { join } from 'node:path';
import Libsql from 'libsql';
import { createConnection } from 'mysql2/promise';
import { auditEntities, verifyAuditChain, type AuditVerification } from '#shared/audit';
import { openDatabase, type DatabaseOptions } from '#shared/database';
import { mode, mysql } from './config';
import { type Ground } from './ground';

export type Row = Readonly<Record<string, string | number | null>>;

/** The databases of a platform, read from outside: also while it runs. Statements must be those of both dialects. */
export class Databases {
  constructor(private readonly ground: Ground) {}

  /** Select ids as `LOWER(HEX(id))`: that is what both dialects call the 16 bytes behind them. */
  async query(subgraph: string, sql: string): Promise<Row[]> {
    return mode === 'embedded' ? this.querySqlite(subgraph, sql) : this.queryMysql(subgraph, sql);
  }

  async tables(subgraph: string): Promise<string[]> {
    const sql =
      mode === 'embedded'
        ? "SELECT name FROM sqlite_master WHERE type = 'table'"
        : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'";
    return (await this.query(subgraph, sql)).map(({ name }) => String(name));
  }

  /** The chains of all organisations. The embedded platform must be stopped: it keeps its folder to itself. */
  async verifyAudit(subgraph: string): Promise<AuditVerification> {
    const database = await openDatabase({
      ...{ name: subgraph, region: 'UK', keyProvider: null, entities: auditEntities, migrations: [] },
      connection: this.connection(),
    });
    return verifyAuditChain(database.system).finally(() => database.close());
  }

  private connection(): DatabaseOptions['connection'] {
    const { directory, prefix, environment } = this.ground;
    if (mode === 'embedded') return { kind: 'sqlite', directory: join(directory, 'databases') };
    const contextSecret = environment['CONTEXT_SECRET'] ?? '';
    return { kind: 'mysql', ...mysql, databasePrefix: prefix, poolSize: 2, contextSecret };
  }

  private querySqlite(subgraph: string, sql: string): Row[] {
    const database = new Libsql(join(this.ground.directory, 'databases', `${subgraph}.sqlite`), { timeout: 5_000 });
    try {
      const statement = database.prepare(sql);
      if (statement.reader) return statement.all([]) as Row[];
      statement.run([]);
      return [];
    } finally {
      database.close();
    }
  }

  private async queryMysql(subgraph: string, sql: string): Promise<Row[]> {
    const connection = await createConnection({ ...mysql, database: `${this.ground.prefix}_${subgraph}` });
    try {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    } finally {
      await connection.end();
    }
  }
}

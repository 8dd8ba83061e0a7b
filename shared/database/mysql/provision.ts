import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { type MysqlConnection } from '../connection';
import { type ContextSigner } from './tenant-context';
import { synchroniseViews } from './tenant-views';

/** Names of what a subgraph has on the server. The application account is called like the base database. */
export interface DatabaseNames {
  readonly base: string;
  readonly app: string;
  readonly account: string;
}

export function databaseNames(prefix: string, subgraph: string): DatabaseNames {
  const base = `${prefix}_${subgraph}`;
  // MySQL allows an account 32 characters. The name is part of statements, so nothing else may be in it.
  if (!/^[a-z][a-z0-9_]{0,31}$/.test(base)) throw new Error(`Not a name for a MySQL database: ${base}`);
  return { base, app: `${base}_app`, account: base };
}

const lockTimeoutSeconds = 120;

/** The migrating account at work on one subgraph's databases; of several processes starting, one at a time. */
export class Provisioner {
  private constructor(
    private readonly connection: Connection,
    private readonly names: DatabaseNames,
  ) {}

  static async begin({ host, port, user, password }: MysqlConnection, names: DatabaseNames): Promise<Provisioner> {
    const connection = await createConnection({ host, port, user, password, charset: 'utf8mb4' });
    try {
      const provisioner = new Provisioner(connection, names);
      await provisioner.lock();
      return provisioner;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** Closing the connection gives the lock back. */
  async end(): Promise<void> {
    await this.connection.end();
  }

  async createDatabases(): Promise<void> {
    for (const name of [this.names.base, this.names.app]) {
      // Asked first: where an administrator made the databases, the account may lack the right to make any.
      const sql = 'SELECT 1 FROM information_schema.schemata WHERE schema_name = ?';
      if ((await this.rows(sql, [name])).length > 0) continue;
      await this.connection.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    }
  }

  /** After migrations: function, views, account and its rights as the base tables now need them. */
  async synchronise(signer: ContextSigner): Promise<void> {
    await this.createContextFunction(signer.functionBody());
    const views = await synchroniseViews(this.connection, this.names);
    await this.createAccount(signer.accountPassword);
    await this.grant(views);
  }

  private async lock(): Promise<void> {
    const [row] = await this.rows('SELECT GET_LOCK(?, ?) AS taken', [
      `provision:${this.names.base}`,
      lockTimeoutSeconds,
    ]);
    if (row?.['taken'] !== 1) throw new Error('Another process has been setting up this database for too long');
  }

  private async createContextFunction(body: string): Promise<void> {
    const [existing] = await this.rows(
      `SELECT routine_definition AS body FROM information_schema.routines
        WHERE routine_schema = ? AND routine_name = 'ctx_org'`,
      [this.names.app],
    );
    if (existing?.['body'] === body) return;
    // MySQL has no CREATE OR REPLACE FUNCTION.
    await this.connection.query(`DROP FUNCTION IF EXISTS \`${this.names.app}\`.ctx_org`);
    // DETERMINISTIC is what lets the optimiser call it once per statement and use the index on org_id.
    await this.connection.query(
      `CREATE FUNCTION \`${this.names.app}\`.ctx_org() RETURNS BINARY(16) DETERMINISTIC NO SQL SQL SECURITY DEFINER ${body}`,
    );
  }

  private async createAccount(password: string): Promise<void> {
    const account = this.accountName();
    await this.ifAllowed(async () => {
      await this.connection.query(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ?`, [password]);
      await this.connection.query(`ALTER USER ${account} IDENTIFIED BY ?`, [password]);
    });
  }

  /** View by view, because a right on the whole database could not leave the audit's out. */
  private async grant(views: readonly string[]): Promise<void> {
    const present = await this.rows(
      `SELECT table_name AS view_name, GROUP_CONCAT(privilege_type ORDER BY privilege_type) AS rights
         FROM information_schema.table_privileges WHERE grantee = ? AND table_schema = ? GROUP BY table_name`,
      [this.accountName(), this.names.app],
    );
    const rightsOf = new Map(present.map((row) => [row['view_name'], row['rights']]));
    for (const view of views) {
      // What is written to an audit table stays.
      const wanted = view.startsWith('audit_') ? 'INSERT,SELECT' : 'DELETE,INSERT,SELECT,UPDATE';
      if (rightsOf.get(view) === wanted) continue;
      await this.ifAllowed(async () => {
        await this.connection.query(`GRANT ${wanted} ON \`${this.names.app}\`.\`${view}\` TO ${this.accountName()}`);
      });
    }
  }

  private accountName(): string {
    return `'${this.names.account}'@'%'`;
  }

  /** Where accounts are an administrator's business, ours need not manage them; a right that is missing shows in use. */
  private async ifAllowed(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!accessDenied.has(String((error as { code?: unknown }).code))) throw error;
    }
  }

  private async rows(sql: string, values: (string | number)[]): Promise<RowDataPacket[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql, values);
    return rows;
  }
}

const accessDenied = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_SPECIFIC_ACCESS_DENIED_ERROR',
  'ER_TABLEACCESS_DENIED_ERROR',
]);

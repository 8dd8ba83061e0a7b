import { type DataSource } from 'typeorm';
import { type KeyProvider } from '#shared/crypto';
import { type Region } from '#shared/region';
import { type Dialect, type Migration } from '#shared/tables';

export interface DatabaseOptions {
  /** The subgraph whose database it is: lower case letters, digits and underscores. */
  readonly name: string;
  /** Whose data it keeps. The database is stamped with it, and one with another stamp is not opened. */
  readonly region: Region;
  /** Its stamp is also wrapped by this root key, so that another one is noticed before it is used. Null: nobody looks. */
  readonly keyProvider: KeyProvider | null;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type of an entity class
  readonly entities: readonly Function[];
  readonly migrations: readonly Migration[];
  readonly connection: SqliteConnection | MysqlConnection;
}

export interface SqliteConnection {
  readonly kind: 'sqlite';
  /** Folder of the files, one per subgraph, or `:memory:`. */
  readonly directory: string;
}

export interface MysqlConnection {
  readonly kind: 'mysql';
  readonly host: string;
  readonly port: number;
  /** Owns the base tables, runs migrations, works across organisations. */
  readonly user: string;
  readonly password: string;
  /** `sa` gives `sa_clinical` (base tables) and `sa_clinical_app` (tenant views). */
  readonly databasePrefix: string;
  /** Connections of each of the two pools. */
  readonly poolSize: number;
  /** Signs the tenant context. The application account's password is derived from it. */
  readonly contextSecret: string;
}

export interface Database {
  readonly dialect: Dialect;
  /** As one organisation sees it: on MySQL only through tenant views, and every query runs inside `withTenant`. */
  readonly tenant: DataSource;
  /** Across organisations: relay, sealer, timers, sign-in. On SQLite the same DataSource. */
  readonly system: DataSource;
  close(): Promise<void>;
  /** @throws when the database does not answer. */
  ping(): Promise<void>;
}

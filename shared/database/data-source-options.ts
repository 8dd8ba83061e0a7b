import { AbstractLogger } from 'typeorm';
import { type BaseDataSourceOptions } from 'typeorm/data-source/BaseDataSourceOptions';
import { type DatabaseOptions } from './connection';
import { SnakeCaseNaming } from './naming-strategy';

type CommonOptions = Pick<
  BaseDataSourceOptions,
  'entities' | 'migrations' | 'migrationsTableName' | 'namingStrategy' | 'logger'
>;

/** What both dialects' data sources have in common. */
export function commonOptions({ entities, migrations }: DatabaseOptions): CommonOptions {
  return {
    entities: [...entities],
    migrations: [...migrations],
    migrationsTableName: 'schema_migrations',
    namingStrategy: new SnakeCaseNaming(),
    logger: new SilentLogger(),
  };
}

/** TypeORM's own loggers write failed migrations and slow queries, values included, to standard output. */
class SilentLogger extends AbstractLogger {
  protected writeLog(): void {
    // errors reach the caller, who decides what may be written
  }
}

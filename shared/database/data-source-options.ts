import { AbstractLogger } from 'typeorm';
import { type BaseDataSourceOptions } from 'typeorm/data-source/BaseDataSourceOptions';
import { DecryptionError } from '#shared/crypto';
import { RegionMismatchError } from '#shared/region';
import { type DatabaseOptions } from './connection';
import { createRegionStamps, RegionStamp } from './region-stamp';
import { SnakeCaseNaming } from './naming-strategy';

type CommonOptions = Pick<
  BaseDataSourceOptions,
  'entities' | 'migrations' | 'migrationsTableName' | 'namingStrategy' | 'logger'
>;

/** What both dialects' data sources have in common. */
export function commonOptions({ entities, migrations }: DatabaseOptions): CommonOptions {
  return {
    entities: [RegionStamp, ...entities],
    migrations: [createRegionStamps, ...migrations],
    migrationsTableName: 'schema_migrations',
    namingStrategy: new SnakeCaseNaming(),
    logger: new SilentLogger(),
  };
}

/** Failures to open that are told to an operator as they are; others are wrapped in one line that names the database. */
export function saysWhyItself(cause: unknown): boolean {
  return cause instanceof RegionMismatchError || cause instanceof DecryptionError;
}

/** TypeORM's own loggers write failed migrations and slow queries, values included, to standard output. */
class SilentLogger extends AbstractLogger {
  protected writeLog(): void {
    // errors reach the caller, who decides what may be written
  }
}

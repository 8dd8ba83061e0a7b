import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { MigrationSchema } from './migration-schema';

export type Migration = new () => MigrationInterface;

/**
 * One step of a database's history, the same on both dialects. Steps are only ever added.
 * @param name `<milliseconds since the epoch>-<verb>-<noun>`; TypeORM orders by the number.
 */
export function migration(name: string, up: (schema: MigrationSchema) => Promise<void>): Migration {
  const [timestamp = ''] = name.split('-');
  if (!/^\d{13}$/.test(timestamp)) throw new Error(`A migration's name begins with 13 digits: ${name}`);
  return class implements MigrationInterface {
    readonly name = `${name.slice(timestamp.length + 1)}-${timestamp}`;
    async up(runner: QueryRunner): Promise<void> {
      await up(new MigrationSchema(runner));
    }
    async down(): Promise<void> {
      await Promise.reject(new Error('Migrations go forward only: write the step that mends'));
    }
  };
}

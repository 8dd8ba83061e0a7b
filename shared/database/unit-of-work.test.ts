import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Entity } from 'typeorm';
import { auditEntities, AuditIntake, auditMigrations } from '#shared/audit';
import { serviceActor } from '#shared/auth';
import { KeyRing, localKeyProvider } from '#shared/crypto';
import { eventEntities, eventMigrations } from '#shared/events';
import { newId } from '#shared/ids';
import { RegionWall } from '#shared/region';
import { CodeColumn, column, IdColumn, migration, ReferenceColumn } from '#shared/tables';
import { AccessNotes } from './access-notes';
import { PhiSubject } from './encrypted';
import { WithoutHistory } from './history';
import { type Database, openDatabase } from './open-database';
import { HistoryRow, platformEntities, platformMigrations } from './platform-tables';
import { TenantEntity } from './tenant-entity';
import { UnitOfWork } from './unit-of-work';

@PhiSubject<Letter>((letter) => letter.patientId)
@Entity('letters')
class Letter extends TenantEntity {
  @IdColumn('doc')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;
}

@WithoutHistory('derived from Letter, whose versions are kept')
@Entity('letter_words')
class LetterWord extends TenantEntity {
  @IdColumn('pix')
  id!: string;

  @CodeColumn()
  token!: string;
}

const managed = {
  ...{ id: column.id, org_id: column.id, region: column.code, version: column.integer },
  ...{ created_at: column.time, updated_at: column.time },
};

const createLetters = migration('1764000000901-create-letters', async (schema) => {
  await schema.createTable('letters', { ...managed, patient_id: column.id }, ['org_id', 'id']);
  await schema.createTable('letter_words', { ...managed, token: column.code }, ['org_id', 'id']);
});

const actor = serviceActor('letters', { organisationId: newId('org'), region: 'UK' }, []);
let directory: string;
let database: Database;
let keys: KeyRing;
let commits: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sa-unit-'));
  commits = 0;
  keys = new KeyRing(localKeyProvider(join(directory, 'kek')));
  database = await openDatabase({
    ...{ name: 'letters', region: 'UK', keyProvider: null },
    entities: [...platformEntities, ...eventEntities, ...auditEntities, Letter, LetterWord],
    migrations: [...platformMigrations, ...eventMigrations, ...auditMigrations, createLetters],
    connection: { kind: 'sqlite', directory },
  });
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function newUnit(): UnitOfWork {
  const persistence = { database, keys, region: new RegionWall('UK'), committed: () => void (commits += 1) };
  return new UnitOfWork(persistence, { actor, at: new Date(), accessNotes: new AccessNotes() });
}

test('every version of a row is kept, except of rows that are derived from another', async () => {
  const unit = newUnit();
  const letter = await unit.create(Letter, { id: newId('doc'), patientId: newId('pat') });
  const word = await unit.create(LetterWord, { id: newId('pix'), token: 'a' });
  letter.patientId = newId('pat');
  await unit.save(letter);
  word.token = 'b';
  await unit.save(word);
  const versions = await database.system.manager.find(HistoryRow, { order: { version: 'ASC' } });
  expect(versions.map(({ tableName, version }) => [tableName, version])).toEqual([
    ['letters', 1],
    ['letters', 2],
  ]);
});

test('reading many records notes each patient, and wakes nobody', async () => {
  const writing = newUnit();
  const patientIds = Array.from({ length: 3 }, () => newId('pat'));
  for (const patientId of patientIds) await writing.create(Letter, { id: newId('doc'), patientId });
  expect(commits).toBe(3);
  const reading = newUnit();
  await reading.list(Letter, {});
  await reading.transaction((unit) => unit.writeNotes());
  const records = await database.system.manager.find(AuditIntake);
  const reads = records.filter(({ record }) => record.includes('"Letter.read"'));
  expect(reads.map(({ patientId }) => patientId).sort()).toEqual([...patientIds].sort());
  expect(commits).toBe(3);
});

test('a hash is the same inside a transaction, outside it and in another unit', async () => {
  const unit = newUnit();
  const outside = await unit.hash('letter.word', 'mole');
  expect(await unit.transaction((inside) => inside.hash('letter.word', 'mole'))).toBe(outside);
  expect(await newUnit().transaction((inside) => inside.hash('letter.word', 'mole'))).toBe(outside);
});

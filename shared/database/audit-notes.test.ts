import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Entity } from 'typeorm';
import { auditEntities, AuditIntake, auditMigrations, parseAuditRecord, type AuditRecord } from '#shared/audit';
import { serviceActor, type Actor } from '#shared/auth';
import { KeyRing, localKeyProvider } from '#shared/crypto';
import { eventEntities, eventMigrations } from '#shared/events';
import { newId } from '#shared/ids';
import { RegionWall } from '#shared/region';
import { CodeColumn, column, IdColumn, migration, ReferenceColumn } from '#shared/tables';
import { AccessNotes, type AccessNotesOptions } from './access-notes';
import { Administered } from './administered';
import { PhiSubject } from './encrypted';
import { type Database, openDatabase } from './open-database';
import { platformEntities, platformMigrations } from './platform-tables';
import { patientVisibility, VisibleBy } from './row-policy';
import { TenantEntity } from './tenant-entity';
import { UnitOfWork } from './unit-of-work';

@VisibleBy<Letter>('patient_visibility', patientVisibility('clinical:records:read'))
@PhiSubject<Letter>((letter) => letter.patientId)
@Entity('letters')
class Letter extends TenantEntity {
  @IdColumn('doc')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;
}

@Administered()
@Entity('letter_words')
class LetterKind extends TenantEntity {
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

const service = serviceActor('letters', { organisationId: newId('org'), region: 'UK' }, []);
let directory: string;
let database: Database;
let keys: KeyRing;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sa-audit-'));
  keys = new KeyRing(localKeyProvider(join(directory, 'kek')));
  database = await openDatabase({
    ...{ name: 'letters', region: 'UK', keyProvider: null },
    entities: [...platformEntities, ...eventEntities, ...auditEntities, Letter, LetterKind],
    migrations: [...platformMigrations, ...eventMigrations, ...auditMigrations, createLetters],
    connection: { kind: 'sqlite', directory },
  });
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

interface Asking extends AccessNotesOptions {
  readonly actor?: Actor;
}

function newUnit({ actor = service, ...notes }: Asking = {}): UnitOfWork {
  const region = new RegionWall('UK');
  const persistence = { database, keys, region, committed: () => undefined, declaredPurpose: 'DIRECT_CARE' };
  return new UnitOfWork(persistence, { actor, at: new Date(), accessNotes: new AccessNotes(notes) });
}

const store = (unit: UnitOfWork) => unit.transaction((tx) => tx.writeNotes());

async function trail(): Promise<AuditRecord[]> {
  const rows = await database.system.manager.find(AuditIntake, { order: { id: 'ASC' } });
  return rows.map(({ record }) => parseAuditRecord(record));
}

const person = (patientIds: readonly string[], changes: Partial<Actor> = {}): Actor => ({
  ...service,
  ...{ kind: 'user', subject: 'usr_1', userId: 'usr_1', clientId: 'cli_1', roles: ['PATIENT'], patientIds },
  ...changes,
});

async function letterOf(patientId: string): Promise<Letter> {
  return newUnit().create(Letter, { id: newId('doc'), patientId });
}

test('a record that one transaction changes several times has been changed: that is one row', async () => {
  const letter = await letterOf(newId('pat'));
  await newUnit().transaction(async (tx) => {
    const own = await tx.get(Letter, letter.id);
    for (const patientId of [newId('pat'), letter.patientId]) {
      own.patientId = patientId;
      await tx.save(own);
    }
    await tx.save(own);
  });
  const own = await trail();
  expect(own.map(({ action, patientId }) => [action, patientId === letter.patientId])).toEqual([
    ['Letter.create', true],
    ['Letter.update', false],
    ['Letter.update', true],
  ]);
});

test('what a transaction did and was rolled back leaves no row, and what was read is kept until it is stored', async () => {
  const letter = await letterOf(newId('pat'));
  const unit = newUnit();
  const attempt = unit.transaction(async (tx) => {
    await tx.get(Letter, letter.id);
    await tx.create(Letter, { id: newId('doc'), patientId: letter.patientId });
    throw new Error('rolled back');
  });
  await expect(attempt).rejects.toThrow('rolled back');
  await store(unit);
  expect((await trail()).map(({ action }) => action)).toEqual(['Letter.create', 'Letter.read']);
});

test('rows that are removed leave one row per person that says how many they were', async () => {
  const [patientId, otherId] = [newId('pat'), newId('pat')];
  for (const whose of [patientId, patientId, otherId]) await letterOf(whose);
  expect(await newUnit().remove(Letter, {})).toBe(3);
  expect(await newUnit().remove(Letter, {})).toBe(0);
  const removed = (await trail()).filter(({ category }) => category === 'DELETE');
  expect(new Map(removed.map((record) => [record.patientId, record.resourceCount]))).toEqual(
    new Map([
      [patientId, 2],
      [otherId, 1],
    ]),
  );
  expect(removed.map(({ action }) => action)).toEqual(['Letter.remove', 'Letter.remove']);
});

test('a named record that the row policy hides leaves one refused attempt, whoever’s it is', async () => {
  const [letter, own] = [await letterOf(newId('pat')), await letterOf(newId('pat'))];
  const actor = person([own.patientId]);
  const unit = newUnit({ actor });
  expect(await unit.find(Letter, letter.id)).toBeNull();
  expect(await unit.listById(Letter, [letter.id, own.id, newId('doc')])).toHaveLength(1);
  await store(unit);
  const rows = (await trail()).filter(({ actor: { userId } }) => userId === 'usr_1');
  expect(rows).toMatchObject([
    { action: 'Letter.read', outcome: 'SUCCESS', resourceId: own.id },
    {
      action: 'Letter.read',
      outcome: 'DENIED',
      category: 'AUTHORIZATION',
      reason: 'ROW_POLICY',
      resourceId: letter.id,
    },
  ]);
  expect(rows[1]?.patientId).toBe(letter.patientId);
});

test('what a live event is about is no attempt of those who may not see it', async () => {
  const letter = await letterOf(newId('pat'));
  const unit = newUnit({ actor: person([]), notesRefusals: false });
  expect(await unit.find(Letter, letter.id)).toBeNull();
  await store(unit);
  expect(await trail()).toHaveLength(1);
});

test('a change of what others may do is an administrative act, also where it is about nobody', async () => {
  await newUnit().create(LetterKind, { id: newId('pix'), token: 'a' });
  expect(await trail()).toMatchObject([{ category: 'ADMIN', action: 'LetterKind.create', patientId: null }]);
});

test('a row tells who really acted, in which roles, and marks what happened under break-glass', async () => {
  const letter = await letterOf(newId('pat'));
  const act = { subject: 'usr_2', clientId: null };
  const unit = newUnit({ actor: { ...service, roles: ['DOCTOR'], act, breakGlassGrantId: 'bgg_1' } });
  await unit.get(Letter, letter.id);
  await store(unit);
  expect((await trail())[1]).toMatchObject({
    actor: { subject: 'service:letters', roles: ['DOCTOR'], act },
    ...{ breakGlass: true, breakGlassGrantId: 'bgg_1', purpose: 'EMERGENCY_TREATMENT', purposeBasis: 'BREAK_GLASS' },
  });
});

test('the purpose is that of the consent relied on, the person’s own wish, or what the domain declares', async () => {
  const [consented, own, other] = [
    await letterOf(newId('pat')),
    await letterOf(newId('pat')),
    await letterOf(newId('pat')),
  ];
  const consents = new Map([[consented.patientId, { purpose: 'RESEARCH', consentRecordId: 'cns_1' }]]);
  const actor = person([own.patientId], { scopes: new Set(['clinical:records:read']) });
  const unit = newUnit({ actor, consents });
  await unit.list(Letter, {});
  await store(unit);
  const reads = (await trail()).filter(({ category }) => category === 'READ');
  const of = (letter: Letter) => reads.find(({ resourceId }) => resourceId === letter.id);
  expect(of(consented)).toMatchObject({ purpose: 'RESEARCH', purposeBasis: 'CONSENT', consentRecordId: 'cns_1' });
  expect(of(own)).toMatchObject({ purpose: 'PATIENT_REQUEST', purposeBasis: 'OWN_RECORD', consentRecordId: null });
  expect(of(other)).toMatchObject({ purpose: 'DIRECT_CARE', purposeBasis: 'DECLARED', consentRecordId: null });
});

test('a sign-in is an act of the person, a failed one of nobody we know', async () => {
  const unit = newUnit();
  const userId = newId('usr');
  const announce = { resourceId: userId, aggregate: { type: 'User', id: userId } };
  await unit.publish('auth.login.failed', { ...announce, data: { userId, reason: 'WRONG_PASSWORD' } });
  await unit.publish('auth.login.succeeded', { ...announce, data: { userId, method: 'PASSWORD' } });
  expect(await trail()).toMatchObject([
    { action: 'login.failed', outcome: 'DENIED', reason: 'WRONG_PASSWORD', actor: { subject: 'service:letters' } },
    { action: 'login.succeeded', outcome: 'SUCCESS', category: 'AUTHENTICATION', actor: { kind: 'user', userId } },
  ]);
});

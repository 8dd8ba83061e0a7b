import { IsNull } from 'typeorm';
import {
  appendAudit,
  auditHead,
  AuditBatch,
  AuditIntake,
  AuditSealer,
  verifyAuditChain,
  type AuditRecord,
} from '#shared/audit';
import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';
import { describeEachOn } from '#shared/test-services';
import { openMysql, openSqlite, type FixtureDatabase } from './audit.fixture';

const [clinic, otherClinic] = [newId('org'), newId('org')];
const patientId = newId('pat');

function accessTo(caseId: string, changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    ...{ at: new Date(), organisationId: clinic, region: 'UK', action: 'Case.read', category: 'READ' },
    ...{ resourceType: 'Case', resourceId: caseId, patientId, purpose: 'DIRECT_CARE', outcome: 'SUCCESS' },
    ...{ operationName: 'CasePage', correlationId: 'test', consentRecordId: null, breakGlass: false },
    ...{ resourceCount: 1, purposeBasis: 'DECLARED', reason: null, breakGlassGrantId: null },
    actor: { kind: 'user', subject: 'usr_test', userId: 'usr_test', clientId: null, roles: ['NURSE'], act: null },
    ...changes,
  };
}

const databases = { SQLite: openSqlite, MySQL: openMysql };

describeEachOn(databases, 'the audit chain on %s', (dialect, open) => {
  let database: FixtureDatabase;

  beforeEach(async () => {
    database = await open();
  });

  afterEach(async () => {
    await database.close();
  });

  const append = async (count: number, changes: Partial<AuditRecord> = {}): Promise<void> => {
    await database.dataSource.transaction(async (manager) => {
      for (let number = 0; number < count; number++) await appendAudit(manager, accessTo(newId('case'), changes));
    });
  };

  const seal = async (): Promise<void> => {
    const sealer = new AuditSealer({ dataSource: database.dataSource, log: silentLogger, batchSize: 4 });
    sealer.start();
    await sealer.stop();
  };

  const verify = (): ReturnType<typeof verifyAuditChain> => verifyAuditChain(database.dataSource, clinic);
  const records = () => database.dataSource.getRepository(AuditIntake);
  const at = (sequence: number) => ({ organisationId: clinic, sequence });

  /** Ten records in batches of four: 1–4, 5–8, 9–10. */
  const sealTen = async (): Promise<void> => {
    await append(10);
    await seal();
  };

  test('numbers the records of each organisation without gaps and vouches for all of them', async () => {
    await append(5);
    await append(3, { organisationId: otherClinic });
    await seal();
    await append(2);
    await seal();
    const sequences = (await records().find({ where: { organisationId: clinic }, order: { sequence: 'ASC' } })).map(
      ({ sequence }) => sequence,
    );
    expect(sequences).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await verify()).toEqual({ verified: true, rows: 7, firstBrokenSequence: null });
    const all = await verifyAuditChain(database.dataSource);
    expect(all).toEqual({ verified: true, rows: 10, firstBrokenSequence: null });
  });

  test('records nothing of a transaction that is rolled back', async () => {
    const attempt = database.dataSource.transaction(async (manager) => {
      await appendAudit(manager, accessTo(newId('case')));
      throw new Error('rolled back');
    });
    await expect(attempt).rejects.toThrow('rolled back');
    expect(await records().count()).toBe(0);
  });

  test('refuses free text, and drops a name of an operation that is not a plain one', async () => {
    const { manager } = database.dataSource;
    await expect(appendAudit(manager, accessTo(newId('case'), { purpose: 'Mrs Jones asked' }))).rejects.toThrow(
      'purpose',
    );
    await appendAudit(manager, accessTo(newId('case'), { operationName: 'Mrs Jones' }));
    const actor = { ...accessTo(newId('case')).actor, roles: ['NURSE', 'Mrs Jones'] };
    await appendAudit(manager, accessTo(newId('case'), { actor }));
    const stored = await records().find();
    expect(stored.map(({ record }) => record.includes('Jones'))).toEqual([false, false]);
    const act = { subject: 'Mrs Jones', clientId: null };
    await expect(appendAudit(manager, accessTo(newId('case'), { actor: { ...actor, act } }))).rejects.toThrow(
      'subject',
    );
  });

  test('finds a record whose text was edited', async () => {
    await sealTen();
    const { id, record } = await records().findOneByOrFail(at(6));
    await records().update({ id }, { record: record.replace('Case.read', 'Case.list') });
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 6 });
  });

  test('finds a record whose look-up columns say something else than its text', async () => {
    await sealTen();
    await records().update(at(7), { patientId: newId('pat') });
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 7 });
  });

  test('finds a record whose text and hash were both exchanged, in its batch', async () => {
    await sealTen();
    const { record, leafHash, occurredAt } = await records().findOneByOrFail(at(9));
    await records().update(at(6), { record, leafHash, occurredAt });
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 5 });
  });

  test('finds a record that was deleted', async () => {
    await sealTen();
    await records().delete(at(3));
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 3 });
  });

  test('finds a record that was inserted', async () => {
    await sealTen();
    await append(1);
    await records().createQueryBuilder().update().set({ sequence: 11 }).where('sequence IS NULL').execute();
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 11 });
  });

  test('goes on sealing after a record that was inserted, and still says where it stands', async () => {
    await sealTen();
    await append(1);
    await records().createQueryBuilder().update().set({ sequence: 11 }).where('sequence IS NULL').execute();
    await append(2);
    await append(1, { organisationId: otherClinic });
    await seal();
    expect(await records().countBy({ sequence: IsNull() })).toBe(0);
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 11 });
    const other = await verifyAuditChain(database.dataSource, otherClinic);
    expect(other).toEqual({ verified: true, rows: 1, firstBrokenSequence: null });
  });

  test('finds records that changed places', async () => {
    await sealTen();
    const [second, third] = [await records().findOneByOrFail(at(2)), await records().findOneByOrFail(at(3))];
    await records().update({ id: second.id }, { sequence: 99 });
    await records().update({ id: third.id }, { sequence: 2 });
    await records().update({ id: second.id }, { sequence: 3 });
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 1 });
  });

  test('finds a batch that was altered to fit', async () => {
    await sealTen();
    await database.dataSource.getRepository(AuditBatch).update({ number: 2 }, { previousHash: 'f'.repeat(64) });
    expect(await verify()).toMatchObject({ verified: false, firstBrokenSequence: 5 });
  });

  test('finds a tail that was cut off, once it is given a checkpoint', async () => {
    await sealTen();
    const checkpoint = await auditHead(database.dataSource, clinic);
    expect(checkpoint?.sequence).toBe(10);
    await database.dataSource.getRepository(AuditBatch).delete({ number: 3 });
    await records().delete(at(9));
    await records().delete(at(10));
    expect(await verify()).toEqual({ verified: true, rows: 8, firstBrokenSequence: null });
    const checkpoints = checkpoint ? [checkpoint] : [];
    const result = await verifyAuditChain(database.dataSource, undefined, checkpoints);
    expect(result).toEqual({ verified: false, rows: 8, firstBrokenSequence: 9 });
  });

  if (dialect !== 'MySQL') return;

  test('stays whole with two sealers and many writers', async () => {
    const { dataSource } = database;
    const sealers = [1, 2].map(() => new AuditSealer({ dataSource, log: silentLogger, batchSize: 7, pollMs: 5 }));
    for (const sealer of sealers) sealer.start();
    await Promise.all(Array.from({ length: 8 }, () => append(10)));
    await Promise.all(sealers.map((sealer) => sealer.stop()));
    await seal();
    expect(await verify()).toEqual({ verified: true, rows: 80, firstBrokenSequence: null });
  });
});

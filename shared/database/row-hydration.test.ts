import 'reflect-metadata';
import fc from 'fast-check';
import { newId } from '#shared/ids';
import { describeOn } from '#shared/test-services';
import { dropTestDatabases, testMysql } from './mysql/mysql-test-server';
import { createSamples, newSample, Sample } from './mysql/sample.fixture';
import { type Database, openDatabase, withTenant } from './open-database';
import { hydrate, readRawRows, rowAlias } from './row-hydration';

const options = {
  name: 'clinical',
  region: 'UK',
  keyProvider: null,
  entities: [Sample],
  migrations: [createSamples],
} as const;
const organisationId = newId('org');

const instants = fc.date({
  min: new Date('1000-01-01'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const values = fc.record({
  title: fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !text.includes('\0')),
  count: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  amountMinor: fc.maxSafeInteger(),
  ratio: fc.oneof(fc.constantFrom(0.1, -1.5, 1e20), fc.integer()),
  isOpen: fc.boolean(),
  payload: fc.constantFrom({}, { list: [1, 'two'] }),
  createdAt: instants,
  seenAt: fc.option(instants),
});

/** Our way from rows to entities, beside TypeORM's: the same rows, whatever is in them. */
function describeHydration(open: () => Promise<Database>, dispose: () => Promise<void>): void {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(async () => {
    await database.close();
    await dispose();
  });

  test('gives the entities that TypeORM gives, column by column', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 8 }), async (rows) => {
        const stored = rows.map((row) => Object.assign(newSample(organisationId, ''), row));
        const { ours, theirs } = await withTenant(organisationId, async () => {
          const { manager } = database.tenant;
          await manager.delete(Sample, { organisationId });
          await manager.insert(Sample, stored);
          const query = manager.createQueryBuilder(Sample, rowAlias).orderBy('row.id').take(100);
          const raws = await readRawRows(manager, query);
          const metadata = database.tenant.getMetadata(Sample);
          return { ours: raws.map((raw) => hydrate(metadata, raw, new Sample())), theirs: await query.getMany() };
        });
        expect(ours).toEqual(theirs);
        expect(ours).toHaveLength(rows.length);
      }),
      { numRuns: 60 },
    );
  });
}

describe('on SQLite', () => {
  describeHydration(
    () => openDatabase({ ...options, connection: { kind: 'sqlite', directory: ':memory:' } }),
    () => Promise.resolve(),
  );
});

describeOn('MySQL', 'on MySQL', () => {
  const connection = testMysql();
  describeHydration(
    () => openDatabase({ ...options, connection }),
    () => dropTestDatabases(connection),
  );
});

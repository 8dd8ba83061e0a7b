import { createConnection, type Connection } from 'mysql2/promise';
import { setImmediate as turn } from 'node:timers/promises';
import { idBytes, newId } from '#shared/ids';
import { column, migration } from '#shared/tables';
import { describeOn } from '#shared/test-services';
import { inTransaction, openDatabase, withTenant, type Database, type MysqlConnection } from '../open-database';
import { dropTestDatabases, testMysql } from './mysql-test-server';
import { AuditSample, createAuditSamples, createSamples, newSample, Sample } from './sample.fixture';
import { ContextSigner } from './tenant-context';

const migrations = [createSamples, createAuditSamples];
const entities = [Sample, AuditSample];

describeOn('MySQL', 'a MySQL database', () => {
  let connection: MysqlConnection;
  let database: Database;

  beforeEach(async () => {
    connection = testMysql();
    database = await open();
  });

  afterEach(async () => {
    await database.close();
    await dropTestDatabases(connection);
  });

  const open = (given: Partial<Parameters<typeof openDatabase>[0]> = {}): Promise<Database> =>
    openDatabase({ name: 'clinical', region: 'UK', keyProvider: null, entities, migrations, connection, ...given });

  const base = (): string => `${connection.databasePrefix}_clinical`;

  /** The application account outside the platform's code, as an intruder would have it. */
  const asApplication = async (work: (intruder: Connection) => Promise<unknown>): Promise<void> => {
    const { accountPassword } = new ContextSigner(connection.contextSecret, base());
    const { host, port } = connection;
    const intruder = await createConnection({ host, port, user: base(), password: accountPassword });
    await work(intruder).finally(() => intruder.end());
  };

  const insert = (organisationId: string, ...titles: string[]): Promise<unknown> =>
    withTenant(organisationId, () =>
      database.tenant.manager.insert(
        Sample,
        titles.map((title) => newSample(organisationId, title)),
      ),
    );
  const read = (organisationId: string): Promise<Sample[]> =>
    withTenant(organisationId, () => database.tenant.manager.find(Sample, { order: { title: 'ASC' } }));

  describe('what is stored comes back', () => {
    test('ids, instants with milliseconds, amounts, numbers, flags, JSON and null', async () => {
      const organisationId = newId('org');
      const stored = Object.assign(newSample(organisationId, 'Ærø 😀'), {
        amountMinor: Number.MAX_SAFE_INTEGER,
        ratio: 0.1,
        isOpen: true,
        payload: { list: [1, 'two'] },
        seenAt: new Date('2026-03-29T01:30:00.007Z'),
      });
      await withTenant(organisationId, () => database.tenant.manager.insert(Sample, stored));
      const [found] = await read(organisationId);
      expect(found).toEqual(stored);
    });

    test('the clock of a session is UTC and its isolation READ COMMITTED', async () => {
      expect(await database.tenant.query('SELECT @@time_zone AS zone')).toEqual([{ zone: '+00:00' }]);
      // tx_isolation on MariaDB, transaction_isolation on MySQL
      const levels = await database.tenant.query<object[]>("SHOW SESSION VARIABLES LIKE 't%\\_isolation'");
      expect(levels[0]).toMatchObject({ Value: 'READ-COMMITTED' });
      await database.ping();
    });
  });

  describe('the tenant wall', () => {
    test('400 interleaved requests of 20 organisations on 4 connections never see another organisation', async () => {
      const organisations = Array.from({ length: 20 }, () => newId('org'));
      for (const id of organisations) await insert(id, 'a', 'b', 'c');
      const seen = await Promise.all(
        Array.from({ length: 400 }, async (_, index) => {
          const organisationId = organisations[index % 20] ?? '';
          const outside = await read(organisationId);
          const inside = await withTenant(organisationId, () =>
            inTransaction(database.tenant, async (manager) => {
              const before = await manager.find(Sample);
              await turn();
              return [...before, ...(await manager.find(Sample))];
            }),
          );
          const rows = [...outside, ...inside];
          return { rows: rows.length, foreign: rows.filter((row) => row.organisationId !== organisationId).length };
        }),
      );
      expect(seen.filter(({ foreign }) => foreign > 0)).toEqual([]);
      expect(seen.every(({ rows }) => rows === 9)).toBe(true);
    });

    test('a query outside withTenant is refused, also on a connection that had a tenant before', async () => {
      await insert(newId('org'), 'a');
      await expect(database.tenant.manager.find(Sample)).rejects.toThrow('No tenant context, or a forged one');
      expect(await database.system.manager.count(Sample)).toBe(1);
    });

    test('an organisation set by injected SQL is refused', async () => {
      const [own, other] = [newId('org'), newId('org')];
      await insert(other, 'secret');
      const injected = withTenant(own, () =>
        inTransaction(database.tenant, async (manager) => {
          await manager.query('SET @app_org = ?', [idBytes('org', other)]);
          return manager.find(Sample);
        }),
      );
      await expect(injected).rejects.toThrow('forged');
    });

    test('a signature is worth nothing on another connection or with bytes appended', async () => {
      const own = newId('org');
      const signer = new ContextSigner(connection.contextSecret, base());
      const [organisation, signature] = signer.sign(own, 1);
      await asApplication(async (intruder) => {
        const select = (org: Buffer): Promise<unknown> =>
          intruder
            .query('SET @app_org = ?, @app_sig = ?', [org, signature])
            .then(() => intruder.query(`SELECT * FROM ${base()}_app.samples`));
        await expect(select(organisation)).rejects.toThrow('forged');
        await expect(select(Buffer.concat([organisation, Buffer.from('1')]))).rejects.toThrow('forged');
      });
    });

    test('a signature that compares equal as a number is refused', async () => {
      const organisations = Array.from({ length: 8 }, () => newId('org'));
      for (const id of organisations) await insert(id, 'secret');
      await asApplication(async (intruder) => {
        for (const id of organisations) {
          await intruder.query('SET @app_org = ?, @app_sig = 0', [idBytes('org', id)]);
          await expect(intruder.query(`SELECT * FROM ${base()}_app.samples`)).rejects.toThrow('forged');
        }
      });
    });

    test('rows of another organisation cannot be inserted, taken over, updated or deleted', async () => {
      const [own, other] = [newId('org'), newId('org')];
      await insert(own, 'own');
      await insert(other, 'other');
      const { manager } = database.tenant;
      const foreign = withTenant(own, () => manager.insert(Sample, newSample(other, 'planted')));
      await expect(foreign).rejects.toMatchObject({ code: 'ER_VIEW_CHECK_FAILED' });
      const moved = withTenant(own, () => manager.update(Sample, { title: 'own' }, { organisationId: other }));
      await expect(moved).rejects.toMatchObject({ code: 'ER_VIEW_CHECK_FAILED' });
      const changed = await withTenant(own, () => manager.update(Sample, { title: 'other' }, { title: 'x' }));
      expect(changed.affected).toBe(0);
      expect((await withTenant(own, () => manager.delete(Sample, { title: 'other' }))).affected).toBe(0);
      expect((await read(other)).map(({ title }) => title)).toEqual(['other']);
    });

    test('the application account reaches no base table, no other statement and not the function’s secret', async () => {
      await asApplication(async (intruder) => {
        const refused = async (sql: string): Promise<void> => {
          await expect(intruder.query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/DENIED/) as string });
        };
        await refused(`SELECT * FROM ${base()}.samples`);
        await refused(`DELETE FROM ${base()}.samples`);
        await refused(`SELECT * FROM ${base()}.schema_migrations`);
        await refused(`CREATE TABLE ${base()}_app.mine (id int)`);
        await refused(`DROP VIEW ${base()}_app.samples`);
        await refused(`SHOW CREATE VIEW ${base()}_app.samples`);
        await expect(intruder.query(`SHOW CREATE FUNCTION ${base()}_app.ctx_org`)).rejects.toThrow();
        const [routines] = await intruder.query(
          'SELECT * FROM information_schema.routines WHERE routine_name = "ctx_org"',
        );
        expect(routines).toEqual([]);
      });
    });

    test('audit rows are inserted and read, never changed', async () => {
      const organisationId = newId('org');
      const { manager } = database.tenant;
      await withTenant(organisationId, async () => {
        await manager.insert(AuditSample, { id: newId('aud'), organisationId, note: 'kept' });
        await expect(manager.update(AuditSample, { organisationId }, { note: 'x' })).rejects.toMatchObject({
          code: 'ER_TABLEACCESS_DENIED_ERROR',
        });
        await expect(manager.delete(AuditSample, { organisationId })).rejects.toThrow();
        expect(await manager.find(AuditSample)).toMatchObject([{ note: 'kept' }]);
      });
    });

    test('a query through a view uses the organisation’s index', async () => {
      const organisations = Array.from({ length: 20 }, () => newId('org'));
      for (const id of organisations) await insert(id, ...Array.from({ length: 50 }, (_, index) => String(index)));
      const [organisationId = ''] = organisations;
      // Only who may read the base table is told how a view is executed, so the owner asks, in the tenant's context.
      const plans = await database.system.transaction(async (manager) => {
        const [session] = await manager.query<{ id: number }[]>('SELECT CONNECTION_ID() AS id');
        const signer = new ContextSigner(connection.contextSecret, base());
        await manager.query('SET @app_org = ?, @app_sig = ?', signer.sign(organisationId, session?.id ?? 0));
        const explain = async (rest: string): Promise<{ type: string; ref: string; rows: number }[]> =>
          manager.query(`EXPLAIN SELECT * FROM ${base()}_app.samples ${rest}`);
        return [
          ...(await explain('')),
          ...(await explain("WHERE title = '7'")),
          ...(await explain('ORDER BY title DESC LIMIT 20')),
        ];
      });
      expect(plans.map(({ type }) => type)).toEqual(['ref', 'ref', 'ref']);
      expect(plans.map(({ ref }) => ref)).toEqual(['const', 'const,const', 'const']);
      expect(plans.every(({ rows }) => rows <= 100)).toBe(true);
    });
  });

  describe('setting up', () => {
    test('processes that start at the same time on a new server all come up', async () => {
      const fresh = testMysql();
      const opened = await Promise.all(Array.from({ length: 4 }, () => open({ connection: fresh })));
      const organisationId = newId('org');
      for (const { tenant } of opened) {
        await withTenant(organisationId, () => tenant.manager.insert(Sample, newSample(organisationId, 'a')));
      }
      expect(await opened[0]?.system.manager.count(Sample)).toBe(4);
      await Promise.all(opened.map((one) => one.close()));
      await dropTestDatabases(fresh);
    });

    test('views follow the tables: new columns appear, tables without an owner do not, lost ones go', async () => {
      const organisationId = newId('org');
      await insert(organisationId, 'a');
      await database.close();
      const next = migration('1764000000900-grow', async (schema) => {
        await schema.addColumn('samples', 'note', column.text.orNull);
        await schema.createTable('rates', { code: column.code }, ['code']);
        await schema.createTenantTable('followers', {});
      });
      database = await open({ migrations: [...migrations, next] });
      const query = (sql: string): Promise<unknown> => withTenant(organisationId, () => database.tenant.query(sql));
      expect(await query('SELECT title, note FROM samples')).toEqual([{ title: 'a', note: null }]);
      expect(await query('SELECT COUNT(*) AS n FROM followers')).toEqual([{ n: 0 }]);
      await expect(query('SELECT * FROM rates')).rejects.toThrow('denied');
      await database.system.query('DROP TABLE followers');
      await database.close();
      database = await open({ migrations: [...migrations, next] });
      await expect(query('SELECT * FROM followers')).rejects.toThrow();
    });

    test('a new context secret takes effect at the next start', async () => {
      const organisationId = newId('org');
      await insert(organisationId, 'a');
      await database.close();
      connection = { ...connection, contextSecret: 'another secret, as long as it needs to be' };
      database = await open();
      expect(await read(organisationId)).toHaveLength(1);
    });

    test('a server that is not there is named in one line', async () => {
      const opening = open({ connection: { ...connection, port: 1 } });
      await expect(opening).rejects.toThrow(`The database ${base()} at 127.0.0.1:1 cannot be opened (ECONNREFUSED)`);
    });
  });

  test('two transactions that lock each other both succeed, one of them on its second run', async () => {
    const organisationId = newId('org');
    const rows = [newSample(organisationId, 'a'), newSample(organisationId, 'b')] as const;
    await withTenant(organisationId, () => database.tenant.manager.insert(Sample, [...rows]));
    let runs = 0;
    const arrived: (() => void)[] = [];
    const bothHaveOne = new Promise<void>((resolve) => arrived.push(resolve));
    const increment = (first: Sample, second: Sample): Promise<void> =>
      withTenant(organisationId, () =>
        inTransaction(database.tenant, async (manager) => {
          runs += 1;
          await manager.increment(Sample, { id: first.id, organisationId }, 'count', 1);
          if (runs === 2) arrived[0]?.();
          if (runs <= 2) await bothHaveOne;
          await manager.increment(Sample, { id: second.id, organisationId }, 'count', 1);
        }),
      );
    await Promise.all([increment(rows[0], rows[1]), increment(rows[1], rows[0])]);
    expect(runs).toBe(3);
    expect((await read(organisationId)).map(({ count }) => count)).toEqual([2, 2]);
  });
});

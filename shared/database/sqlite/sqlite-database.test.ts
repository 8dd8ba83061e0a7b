import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { In } from 'typeorm';
import { newId } from '#shared/ids';
import { column, migration } from '#shared/tables';
import { inTransaction, openDatabase, type Database } from '../open-database';
import { createSamples, newSample, Sample } from '../mysql/sample.fixture';

let directory: string;
let database: Database;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sa-sqlite-'));
  database = await open();
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function open(folder = directory, name = 'clinical'): Promise<Database> {
  return openDatabase({
    ...{ name, region: 'UK', keyProvider: null },
    entities: [Sample],
    migrations: [createSamples],
    connection: { kind: 'sqlite', directory: folder },
  });
}

const organisationId = newId('org');
const sample = (title = 'a', count = 0): Sample => newSample(organisationId, title, count);
const titles = async (): Promise<string[]> => {
  const rows = await database.tenant.manager.find(Sample, { order: { title: 'ASC' } });
  return rows.map((row) => row.title);
};
const failure = new Error('undo');

describe('what is stored comes back', () => {
  test('ids, instants with milliseconds, amounts, numbers, flags, JSON and null', async () => {
    const stored = Object.assign(sample('Ærø 😀'), {
      amountMinor: Number.MAX_SAFE_INTEGER,
      ratio: 0.1,
      isOpen: true,
      payload: { list: [1, 'two'] },
      seenAt: new Date('2026-03-29T01:30:00.007Z'),
    });
    await database.tenant.manager.insert(Sample, stored);
    await database.tenant.manager.insert(Sample, Object.assign(sample('other'), { seenAt: null }));
    const found = await database.tenant.manager.findOneByOrFail(Sample, { id: stored.id, organisationId });
    expect(found).toEqual(stored);
    expect((await database.tenant.manager.findOneByOrFail(Sample, { title: 'other' })).seenAt).toBeNull();
  });

  test('a blob is a Buffer, and rows that differ by their blob alone stay apart', async () => {
    await database.tenant.manager.insert(Sample, [sample('a'), sample('b'), sample('c')]);
    const rows = await database.tenant.query<{ id: unknown }[]>('SELECT id FROM samples');
    expect(rows.every((row) => Buffer.isBuffer(row.id))).toBe(true);
    expect(await titles()).toEqual(['a', 'b', 'c']);
  });

  test('conditions by id, flag, instant and list find their rows; updates say how many they changed', async () => {
    const [first, second] = [sample('a', 1), Object.assign(sample('b', 2), { isOpen: true })];
    const { manager } = database.tenant;
    await manager.insert(Sample, [first, second]);
    expect(await manager.countBy(Sample, { id: first.id })).toBe(1);
    expect(await manager.countBy(Sample, { isOpen: true })).toBe(1);
    expect(await manager.countBy(Sample, { createdAt: In([first.createdAt]) })).toBe(2);
    expect(await manager.countBy(Sample, { id: In([first.id, second.id]) })).toBe(2);
    const lone = await database.tenant.query<unknown[]>('SELECT * FROM samples WHERE is_open = ?', [true]);
    expect(lone).toHaveLength(1);
    const changed = await manager.update(Sample, { id: first.id, version: 1 }, { version: 2 });
    expect(changed.affected).toBe(1);
    expect((await manager.update(Sample, { id: first.id, version: 1 }, { version: 2 })).affected).toBe(0);
    expect((await manager.delete(Sample, { id: second.id })).affected).toBe(1);
  });

  test('a second row with the same key is refused and the next statement is not harmed', async () => {
    const row = sample();
    await database.tenant.manager.insert(Sample, row);
    await expect(database.tenant.manager.insert(Sample, row)).rejects.toMatchObject({
      driverError: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' },
    });
    await database.tenant.manager.insert(Sample, sample('next'));
    expect(await titles()).toEqual(['a', 'next']);
  });

  test('refuses what SQLite would silently change', async () => {
    await expect(database.tenant.manager.insert(Sample, sample('cut\0here'))).rejects.toThrow('NUL');
    await expect(database.tenant.query('SELECT ?', [Number.NaN])).rejects.toThrow('finite');
    await expect(database.tenant.query('SELECT ?', [{ a: 1 }])).rejects.toThrow('parameter');
  });

  test('survives a restart, where only new migrations run', async () => {
    await database.tenant.manager.insert(Sample, sample('kept'));
    await database.close();
    const addNote = migration('1764000000900-add-note', async (schema) => {
      await schema.addColumn('samples', 'note', column.text.orNull);
      await schema.addIndex('samples', ['org_id', 'count']);
    });
    database = await openDatabase({
      ...{ name: 'clinical', region: 'UK', keyProvider: null },
      entities: [Sample],
      migrations: [createSamples, addNote],
      connection: { kind: 'sqlite', directory },
    });
    expect(await titles()).toEqual(['kept']);
    expect(await database.tenant.query('SELECT note FROM samples')).toEqual([{ note: null }]);
    await database.ping();
  });

  test('keeps nothing of a migration that fails half way', async () => {
    const broken = migration('1764000000901-break', async (schema) => {
      await schema.addColumn('samples', 'half', column.integer.orNull);
      throw failure;
    });
    await database.close();
    const stamp = { region: 'UK', keyProvider: null } as const;
    const options = {
      ...stamp,
      name: 'clinical',
      entities: [Sample],
      connection: { kind: 'sqlite', directory },
    } as const;
    await expect(openDatabase({ ...options, migrations: [createSamples, broken] })).rejects.toMatchObject({
      cause: failure,
    });
    database = await openDatabase({ ...options, migrations: [createSamples] });
    const columns = await database.tenant.query<{ name: string }[]>('PRAGMA table_info(samples)');
    expect(columns.map(({ name }) => name)).not.toContain('half');
  });
});

describe('callers at the same time', () => {
  test('a rollback takes nobody else with it', async () => {
    const kept = inTransaction(database.tenant, async (manager) => {
      await manager.insert(Sample, sample('kept'));
      await turn();
    });
    const undone = inTransaction(database.tenant, async (manager) => {
      await manager.insert(Sample, sample('undone'));
      await turn();
      throw failure;
    });
    const results = await Promise.allSettled([kept, undone]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await titles()).toEqual(['kept']);
  });

  test('nobody reads what is not committed', async () => {
    const undone = inTransaction(database.tenant, async (manager) => {
      await manager.insert(Sample, sample('dirty'));
      await turn();
      await turn();
      throw failure;
    });
    const [, seen] = await Promise.allSettled([undone, turn().then(titles)]);
    expect(seen).toEqual({ status: 'fulfilled', value: [] });
  });

  test('200 writes in, beside and after failing transactions lose nothing and leak nothing', async () => {
    const work = Array.from({ length: 200 }, async (_, index) => {
      const row = sample(`${index % 2 === 0 ? 'undone' : 'kept'} ${String(index).padStart(3, '0')}`);
      if (index % 4 === 1) return database.tenant.manager.save(row);
      return inTransaction(database.tenant, async (manager) => {
        await manager.insert(Sample, row);
        await turn();
        if (index % 2 === 0) throw failure;
        return manager.save(row);
      });
    });
    const results = await Promise.allSettled(work);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    const stored = await titles();
    expect(stored).toHaveLength(100);
    expect(stored.every((title) => title.startsWith('kept'))).toBe(true);
  });

  test('increments of one row in many transactions add up', async () => {
    const row = sample();
    await database.tenant.manager.insert(Sample, row);
    const increment = async (): Promise<void> => {
      await inTransaction(database.tenant, async (manager) => {
        const { count } = await manager.findOneByOrFail(Sample, { id: row.id });
        await turn();
        await manager.update(Sample, { id: row.id }, { count: count + 1 });
      });
    };
    await Promise.all(Array.from({ length: 50 }, increment));
    expect((await database.tenant.manager.findOneByOrFail(Sample, { id: row.id })).count).toBe(50);
  });

  test('several queries of one manager at once stay in its transaction', async () => {
    const undone = inTransaction(database.tenant, async (manager) => {
      await Promise.all(['a', 'b', 'c'].map((title) => manager.insert(Sample, sample(title))));
      throw failure;
    });
    await expect(undone).rejects.toBe(failure);
    expect(await titles()).toEqual([]);
  });

  test('nested transactions are savepoints', async () => {
    const outer = Array.from({ length: 20 }, (_, index) =>
      inTransaction(database.tenant, async (manager) => {
        await manager.insert(Sample, sample('outer'));
        const inner = manager.transaction(async (savepoint) => {
          await savepoint.insert(Sample, sample('inner'));
          await turn();
          if (index % 2 === 1) throw failure;
        });
        await inner.catch(() => undefined);
      }),
    );
    await Promise.all(outer);
    const stored = await titles();
    expect(stored.filter((title) => title === 'inner')).toHaveLength(10);
    expect(stored.filter((title) => title === 'outer')).toHaveLength(20);
  });

  test('a query that goes round its open transaction throws instead of waiting for ever', async () => {
    const strays = [
      () => database.tenant.manager.insert(Sample, sample('stray')),
      () => database.tenant.query('SELECT 1'),
      () => inTransaction(database.tenant, (manager) => manager.count(Sample)),
    ];
    for (const stray of strays) {
      const attempt = inTransaction(database.tenant, async (manager) => {
        await manager.insert(Sample, sample('undone'));
        await stray();
      });
      await expect(attempt).rejects.toThrow('A transaction is open');
    }
    expect(await titles()).toEqual([]);
  });

  test('a manager kept beyond its transaction is refused', async () => {
    const kept = await inTransaction(database.tenant, (manager) => Promise.resolve(manager));
    await expect(kept.insert(Sample, sample())).rejects.toThrow('released');
  });

  test('a transaction the database has ended by itself frees the handle', async () => {
    const attempt = inTransaction(database.tenant, async (manager) => {
      await manager.query('ROLLBACK');
      await manager.insert(Sample, sample('alone'));
    });
    await expect(attempt).rejects.toThrow();
    await inTransaction(database.tenant, (manager) => manager.insert(Sample, sample('next')));
    expect(await titles()).toEqual(['alone', 'next']);
  });
});

describe('the data folder', () => {
  test('takes several databases of one process and is free after the last is closed', async () => {
    const second = await open(directory, 'consent');
    await second.close();
    expect(readFileSync(join(directory, 'instance.lock'), 'utf8')).toContain(String(process.pid));
    await database.close();
    expect(() => readFileSync(join(directory, 'instance.lock'))).toThrow('ENOENT');
    database = await open();
  });

  test('is refused in one line while another process has it, and taken over once that process is dead', async () => {
    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(other, 'spawn');
    const pid = String(other.pid);
    const folder = mkdtempSync(join(directory, 'other-'));
    writeFileSync(join(folder, 'instance.lock'), identity(pid));
    await expect(open(folder)).rejects.toThrow(`Another instance (process ${pid}) is using the data folder ${folder}`);
    other.stdin.end();
    await once(other, 'exit');
    await (await open(folder)).close();
  });

  test('is taken over when the pid in its lock is now another program', async () => {
    const folder = mkdtempSync(join(directory, 'reused-'));
    writeFileSync(join(folder, 'instance.lock'), `${String(process.ppid)} 1`);
    await (await open(folder)).close();
  });

  test('that cannot be made is refused in one line', async () => {
    writeFileSync(join(directory, 'file'), '');
    const folder = join(directory, 'file', 'data');
    await expect(open(folder)).rejects.toThrow(`The data folder ${folder} cannot be written to (ENOTDIR)`);
  });

  test('is not needed in memory, where every database stands alone', async () => {
    const [first, second] = await Promise.all([open(':memory:'), open(':memory:')]);
    await first.tenant.manager.insert(Sample, sample());
    expect(await second.tenant.manager.count(Sample)).toBe(0);
    await Promise.all([first.close(), second.close()]);
  });
});

/** As the process itself would have written it. */
function identity(pid: string): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${pid} ${startedAt}`;
}

import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';
import { describeEachOn } from '#shared/test-services';
import {
  appendToOutbox,
  inProcessTransport,
  OutboxRelay,
  OutboxRow,
  type EventTransport,
  type PlatformEvent,
  type PublishResult,
} from '#shared/events';
import { caseUpdated, openMysql, openSqlite, until, type FixtureDatabase } from './events.fixture';

const log = silentLogger;

/** A broker that takes everything and remembers it, or is away. */
function recorder(): EventTransport & { readonly published: PlatformEvent[]; isAway: boolean } {
  const transport = inProcessTransport();
  const published: PlatformEvent[] = [];
  return Object.assign(transport, {
    published,
    isAway: false,
    async publish(this: { isAway: boolean }, batch: readonly PlatformEvent[]): Promise<PublishResult[]> {
      await new Promise(setImmediate);
      if (this.isAway) return batch.map(() => ({ status: 'deferred' }));
      published.push(...batch);
      return batch.map(() => ({ status: 'published' }));
    },
  });
}

const databases = { SQLite: openSqlite, MySQL: openMysql };

describeEachOn(databases, 'the outbox on %s', (dialect, open) => {
  let database: FixtureDatabase;
  let transport: ReturnType<typeof recorder>;
  const relays: OutboxRelay[] = [];

  beforeEach(async () => {
    database = await open();
    transport = recorder();
  });

  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await database.close();
  });

  const startRelay = (options: Partial<ConstructorParameters<typeof OutboxRelay>[0]> = {}): OutboxRelay => {
    const { dataSource } = database;
    const relay = new OutboxRelay({ dataSource, transport, log, pollMs: 20, ...options });
    relays.push(relay);
    relay.start();
    return relay;
  };

  const announce = (caseId = newId('case')): Promise<PlatformEvent> =>
    database.dataSource.transaction((manager) => caseUpdated(manager, caseId));

  const publishedIds = (): string[] => transport.published.map(({ id }) => id);

  test('publishes what was committed and nothing that was rolled back', async () => {
    const event = await announce();
    const rolledBack = database.dataSource.transaction(async (manager) => {
      await caseUpdated(manager, event.resourceId);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    const next = await announce(event.resourceId);
    const relay = startRelay();
    await until(async () => (await relay.lag()).pending === 0);
    expect(transport.published).toEqual([event, next]);
  });

  test('refuses an event whose ids are none', async () => {
    const attempt = database.dataSource.transaction((manager) =>
      appendToOutbox(
        manager,
        {
          ...{ type: 'clinical.patient.created', data: { patientId: newId('pat') }, at: new Date(), region: 'UK' },
          ...{ resourceId: 'Mrs Jones', aggregate: { type: 'Patient', id: newId('pat') } },
          ...{ actor: { clientId: null, userId: null, subject: 'service:test' }, organisationId: newId('org') },
        },
        { correlationId: 'test', causationId: null },
      ),
    );
    await expect(attempt).rejects.toThrow(TypeError);
  });

  test('publishes at once when woken, without waiting for the poll', async () => {
    const relay = startRelay({ pollMs: 600_000 });
    await relay.lag();
    const event = await announce();
    relay.wake();
    await until(() => transport.published.length === 1);
    expect(publishedIds()).toEqual([event.id]);
  });

  test('keeps everything while the broker is away, says how far behind it is, and catches up in order', async () => {
    transport.isAway = true;
    const relay = startRelay();
    const caseId = newId('case');
    const events = [await announce(caseId), await announce(caseId), await announce(caseId)];
    await until(async () => (await relay.lag()).oldestAgeMs > 0);
    expect((await relay.lag()).pending).toBe(3);
    transport.isAway = false;
    await until(async () => (await relay.lag()).pending === 0);
    expect(publishedIds()).toEqual(events.map(({ id }) => id));
  });

  test('takes up what a relay that died had claimed', async () => {
    const event = await announce();
    const rows = database.dataSource.getRepository(OutboxRow);
    await rows.update({ id: event.id }, { status: 'CLAIMED', claimedBy: 'a relay that died' });
    startRelay();
    await until(() => transport.published.length === 1);
    expect(publishedIds()).toEqual([event.id]);
  });

  test('forgets published rows after the time they are kept', async () => {
    const event = await announce();
    const first = startRelay();
    await until(async () => (await first.lag()).pending === 0);
    await first.stop();
    const rows = database.dataSource.getRepository(OutboxRow);
    expect((await rows.findOneByOrFail({ id: event.id })).status).toBe('PUBLISHED');
    const inAnHour = (): Date => new Date(Date.now() + 3_600_000);
    startRelay({ retentionMs: 60_000, clock: inAnHour });
    await until(async () => (await rows.count()) === 0);
    expect(publishedIds()).toEqual([event.id]);
  });

  if (dialect !== 'MySQL') return;

  test('publishes each event once and in order with two relays and many writers', async () => {
    startRelay({ batchSize: 7 });
    startRelay({ batchSize: 7 });
    const cases = Array.from({ length: 6 }, () => newId('case'));
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; round < 12; round++) await announce(cases[(writer + round) % cases.length]);
    });
    await Promise.all(writers);
    await until(() => transport.published.length >= 96);
    const rows = await database.dataSource.getRepository(OutboxRow).find({ order: { sequence: 'ASC' } });
    expect(publishedIds().sort()).toEqual(rows.map(({ id }) => id).sort());
    for (const caseId of cases) {
      const inOrder = transport.published.filter(({ resourceId }) => resourceId === caseId).map(({ id }) => id);
      expect(inOrder).toEqual(rows.filter(({ aggregateId }) => aggregateId === caseId).map(({ id }) => id));
    }
  });
});

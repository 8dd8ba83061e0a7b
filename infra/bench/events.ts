import { setTimeout as pause } from 'node:timers/promises';
import { type Sample, summarise } from './statistics';
import { type Workplace } from './workplace';

const patienceMs = 120_000;
const pollMs = 100;

/** Milliseconds since 1970 of a `datetime(3)`, which both databases hold in UTC. */
const sqliteMs = (column: string): string =>
  `CAST(strftime('%s', ${column}) AS INTEGER) * 1000 + CAST(substr(strftime('%f', ${column}), 4) AS INTEGER)`;
const mysqlMs = (column: string): string =>
  `FLOOR(UNIX_TIMESTAMP(CONVERT_TZ(${column}, '+00:00', @@session.time_zone)) * 1000)`;

/** Waits until every event that was committed has been handled. */
export async function drained(workplace: Workplace): Promise<void> {
  const deadline = performance.now() + patienceMs;
  const sql = "SELECT COUNT(*) AS pending FROM outbox WHERE status IN ('PENDING', 'CLAIMED')";
  for (const name of workplace.subgraphNames) {
    for (;;) {
      const [row] = await workplace.read<{ pending: number | string }>(name, sql);
      if (Number(row?.pending ?? 0) === 0) break;
      if (performance.now() > deadline) throw new Error(`The events of ${name} are not handled in time`);
      await pause(pollMs);
    }
  }
}

/**
 * From a committed event to the moment its handlers began, for what was recorded between two instants. Both ends are
 * rows that the platform writes anyway, outbox and inbox, so that measuring costs nothing.
 */
export async function eventLatency(workplace: Workplace, from: Date, to: Date): Promise<Sample> {
  const ms = workplace.connection().kind === 'sqlite' ? sqliteMs : mysqlMs;
  const recorded = new Map<string, number>();
  const handled: { id: string; at: number | string }[] = [];
  for (const name of workplace.subgraphNames) {
    const sent = `SELECT LOWER(HEX(id)) AS id, ${ms('recorded_at')} AS at FROM outbox`;
    for (const { id, at } of await workplace.read<{ id: string; at: number | string }>(name, sent)) {
      if (Number(at) >= from.getTime() && Number(at) <= to.getTime()) recorded.set(id, Number(at));
    }
    handled.push(
      ...(await workplace.read<{ id: string; at: number | string }>(
        name,
        `SELECT LOWER(HEX(event_id)) AS id, ${ms('handled_at')} AS at FROM inbox`,
      )),
    );
  }
  const latencies = handled.flatMap(({ id, at }) => {
    const recordedAt = recorded.get(id);
    return recordedAt === undefined ? [] : [Number(at) - recordedAt];
  });
  return summarise(latencies, (to.getTime() - from.getTime()) / 1000);
}

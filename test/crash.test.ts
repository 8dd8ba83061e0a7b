import { setTimeout as pause } from 'node:timers/promises';
import { until } from './child';
import {
  book,
  chooseFlow,
  decide,
  ensureSubmitted,
  enterClinic,
  freeSlots,
  openReviews,
  prepareCase,
  type Clinic,
  type PreparedCase,
} from './clinic';
import { crashSeed, mode } from './config';
import { Databases } from './databases';
import { findBrokenEffects, hex, type ExpectedCase } from './effects';
import { subgraphNames } from './ground';
import { TestPlatform } from './platform';
import { randomFrom } from './random';
import { drawPicture } from './run-case';

const casesPerClinic = 10;
const bookingsPerClinic = 3;
const embeddedCrashes = 4;
/** Of the 102 steps that the work has in all (see `countWork`): the last process is killed before all is done. */
const latestCrash = 95;
const random = randomFrom(crashSeed);

/** 20 cases on their way in two organisations while processes are killed; afterwards everything has happened once. */
describe(`crashes (${mode}, seed ${String(crashSeed)})`, () => {
  let platform: TestPlatform;
  let databases: Databases;
  let cases: ExpectedCase[];
  /** What was killed, and how much was done by then. */
  const crashes: string[] = [];

  beforeAll(async () => {
    // Five tries over 45 s instead of 75: longer than the provider's process is away, or the cases would rightly go to a
    // person, and the second clinic of this test has none.
    platform = await TestPlatform.start({ AI_RETRY_BASE_MS: '3000' });
    databases = new Databases(platform.ground);
  }, 120_000);

  afterAll(() => platform.remove(), 60_000);

  test('every case is decided with its outcome, and every effect has happened exactly once', async () => {
    const picture = await drawPicture(platform.ground.directory);
    const clinics = [await enterClinic(platform.demo, 0), await enterClinic(platform.demo, 1)] as const;
    await chooseFlow(clinics[0], 'both');
    await chooseFlow(clinics[1], 'ai');
    const prepared = await Promise.all(clinics.map((clinic) => prepareAll(clinic, picture)));

    const isDone = new AbortController();
    const reviewing = keepReviewing(clinics[0], isDone.signal);
    const working = clinics.map((clinic, index) => workOn(clinic, prepared[index] ?? []));
    await crash().catch((error: unknown) => {
      isDone.abort();
      console.info(`Killed: ${crashes.join('; ')}. The platform said last:\n${platform.output.slice(-3_000)}`);
      throw error;
    });
    const booked = (await Promise.all(working)).flat();
    console.info(`Killed: ${crashes.join('; ')}`);
    cases = clinics.flatMap((_clinic, index) =>
      (prepared[index] ?? []).map(({ caseId }) => ({
        ...{ caseId, decidedBy: index === 0 ? ('AI_WITH_SECOND_READ' as const) : ('AI' as const) },
        appointmentId: booked.find((one) => one.caseId === caseId)?.appointmentId ?? null,
      })),
    );
    let broken: string[] = [];
    await until('everything to have happened', async () => {
      broken = await findBrokenEffects(databases, cases);
      return broken.length === 0;
    }).catch(() => undefined);
    isDone.abort();
    await reviewing;
    expect(broken).toEqual([]);
  }, 420_000);

  test('nothing happens a second time once all is done, and the audit chains are whole', async () => {
    expect(await platform.stop()).toBe(0);
    expect(await findBrokenEffects(databases, cases)).toEqual([]);
    for (const subgraph of subgraphNames) {
      const { verified, rows } = await databases.verifyAudit(subgraph);
      expect({ subgraph, verified }).toEqual({ subgraph, verified: true });
      if (subgraph === 'clinical') expect(rows).toBeGreaterThan(cases.length);
    }
  }, 60_000);

  test('the check is no formality: it finds one effect that was doubled and one that was lost', async () => {
    const [doubled, lost] = [hex('case', cases[0]!.caseId), hex('case', cases[11]!.caseId)];
    const columns = await columnsOf('clinical', 'case_events');
    const others = columns.filter((name) => name !== 'id').join(', ');
    await databases.query(
      'clinical',
      `INSERT INTO case_events (id, ${others}) SELECT X'${'0a'.repeat(16)}', ${others} FROM case_events
        WHERE LOWER(HEX(case_id)) = '${doubled}' AND type = 'STATUS_CHANGED' AND to_code = 'DECIDED'`,
    );
    await databases.query(
      'notifications',
      `DELETE FROM inbox_items WHERE notification_id IN (SELECT id FROM notifications
        WHERE LOWER(HEX(case_id)) = '${lost}' AND template_key = 'case-decided')`,
    );
    expect(await findBrokenEffects(databases, cases)).toEqual([
      `move to DECIDED: 2 instead of 1 of ${doubled}`,
      `item in the patient’s inbox: 0 instead of 1 of ${lost}`,
    ]);
  });

  /** Kills after so much work as chance chooses: the one process several times, or each of the many once and then all. */
  async function crash(): Promise<void> {
    const names = mode === 'embedded' ? Array<string>(embeddedCrashes).fill('launcher') : shuffled(kinds(platform));
    const points = names.map(() => Math.floor(random() * latestCrash)).sort((a, b) => a - b);
    for (const [index, name] of names.entries()) {
      const point = points[index] ?? 0;
      const done = await until(
        'the next crash',
        async () => {
          const now = await countWork();
          return now >= point ? String(now) : null;
        },
        150_000,
      );
      platform.kill(name);
      crashes.push(`${name} after ${done} steps`);
      if (name === 'launcher') await platform.restart();
    }
  }

  /** Steps of the work: a case's moves, messages, invoices. */
  async function countWork(): Promise<number> {
    const steps = [
      ['clinical', "case_events WHERE to_code IN ('SUBMITTED', 'IN_AI_REVIEW', 'IN_HUMAN_REVIEW', 'DECIDED')"],
      ['notifications', 'notifications'],
      ['payments', 'invoices'],
    ] as const;
    let done = 0;
    for (const [subgraph, what] of steps) {
      const [row] = await databases.query(subgraph, `SELECT COUNT(*) AS n FROM ${what}`);
      done += Number(row?.['n']);
    }
    return done;
  }

  async function columnsOf(subgraph: string, table: string): Promise<string[]> {
    const [row] = await databases.query(subgraph, `SELECT * FROM ${table} LIMIT 1`);
    return Object.keys(row ?? {});
  }
});

async function prepareAll(clinic: Clinic, picture: string): Promise<PreparedCase[]> {
  const prepared: PreparedCase[] = [];
  for (let index = 0; index < casesPerClinic; index++) prepared.push(await prepareCase(clinic, picture));
  return prepared;
}

interface Booked {
  readonly caseId: string;
  readonly appointmentId: string;
}

/** Submits all and books for some, however often the platform breaks down in between. */
async function workOn(clinic: Clinic, prepared: readonly PreparedCase[]): Promise<Booked[]> {
  await Promise.all(
    prepared.map(({ caseId }) => until(`the submission of ${caseId}`, () => ensureSubmitted(clinic, caseId), 120_000)),
  );
  const booked: Booked[] = [];
  for (const [index, { caseId, patientId }] of prepared.slice(0, bookingsPerClinic).entries()) {
    // The same time in every try: with its idempotency key a booking whose answer was lost is not made twice.
    const slot = await until('a free time', async () => (await freeSlots(clinic, caseId))[index * 8] ?? null, 120_000);
    const booking = { patientId, caseId, slotToken: slot.token, idempotencyKey: `follow-up-${caseId}` };
    booked.push({ caseId, appointmentId: await until('the booking', () => book(clinic, booking), 120_000) });
  }
  return booked;
}

/** Decides whatever waits, until told to stop. What fails is tried again. */
async function keepReviewing({ reviewer }: Clinic, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const open = await openReviews(reviewer).catch(() => []);
    for (const review of open) await decide(reviewer, review).catch(() => undefined);
    await pause(100);
  }
}

/** The launcher last: its end is everybody's. */
function kinds(platform: TestPlatform): string[] {
  return Object.keys(platform.processes()).filter((name) => name !== 'launcher');
}

function shuffled(names: readonly string[]): string[] {
  const keyed = names.map((name) => [random(), name] as const);
  return [...keyed.sort(([a], [b]) => a - b).map(([, name]) => name), 'launcher'];
}

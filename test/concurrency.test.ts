import { randomUUID } from 'node:crypto';
import { until } from './child';
import {
  book,
  chooseFlow,
  ensureSubmitted,
  enterClinic,
  hireReviewer,
  openReviews,
  prepareCase,
  refusalOf,
  registerPatient,
  type Clinic,
} from './clinic';
import { mode } from './config';
import { Databases } from './databases';
import { TestPlatform } from './platform';
import { drawPicture } from './run-case';

const mutationCount = 200;
const bookingCount = 50;
const readerCount = 20;

/** Many at once through the gateway: what was acknowledged is there, what was refused is not, and one slot has one winner. */
describe(`concurrency (${mode})`, () => {
  let platform: TestPlatform;
  let databases: Databases;
  let clinic: Clinic;

  beforeAll(async () => {
    // How many there are at once is what is tested here, not how soon a busy machine answers them.
    platform = await TestPlatform.start({ SUBGRAPH_DEADLINE_MS: '30000' });
    databases = new Databases(platform.ground);
    clinic = await enterClinic(platform.demo);
  }, 120_000);

  afterAll(() => platform.remove(), 60_000);

  test(`${String(mutationCount)} mutations at once, half of them wrong, lose and leak nothing`, async () => {
    const before = await counts();
    const asked = Array.from({ length: mutationCount }, (_, index) => attempt(index));
    const codes = await Promise.all(asked);
    expect(countBy(codes)).toEqual({
      granted: mutationCount / 2,
      NOT_FOUND: mutationCount / 4,
      invalid: mutationCount / 4,
    });
    const after = await counts();
    const made = Object.fromEntries(Object.entries(after).map(([table, n]) => [table, n - (before[table] ?? 0)]));
    const granted = mutationCount / 2;
    expect(made).toEqual({
      ...{ patients: granted, skin_cases: 0, idempotency_keys: granted, subject_keys: made['subject_keys'] },
      ...{ entity_history: made['entity_history'], patient_events: granted, case_events: 0 },
    });
    expect(made['entity_history']! % granted).toBe(0);
    expect(made['subject_keys']! % granted).toBe(0);
  }, 60_000);

  test('the same key sent 20 times at once makes one patient', async () => {
    const before = await counts();
    const input = { idempotencyKey: randomUUID(), identity: identity('same') };
    const ids = new Set<string>();
    const make = async (): Promise<Set<string>> => ids.add(await createPatient(input));
    const codes = await Promise.all(Array.from({ length: 20 }, () => answered(make)));
    expect(codes).toContain('granted');
    expect(ids.size).toBe(1);
    expect((await counts())['patients']! - before['patients']!).toBe(1);
  });

  test(`${String(bookingCount)} patients who book one time have one winner`, async () => {
    const ids = platform.demo.ids[clinic.organisationId]!['scheduling'] as { serviceTypeIds: Record<string, string> };
    const slotToken = await anySlot(ids.serviceTypeIds['dermatology-follow-up']!);
    const patientIds: string[] = [];
    for (let index = 0; index < bookingCount; index++) patientIds.push(await registerPatient(clinic.staff));
    const codes = await Promise.all(
      patientIds.map((patientId) => {
        const booking = { patientId, slotToken, caseId: null, idempotencyKey: randomUUID() };
        return answered(() => book(clinic, booking));
      }),
    );
    expect(countBy(codes)).toEqual({ granted: 1, SLOT_TAKEN: bookingCount - 1 });
    expect(await databases.query('scheduling', 'SELECT COUNT(*) AS n FROM appointments')).toEqual([{ n: 1 }]);
  }, 90_000);

  test(`${String(readerCount)} reviewers who take the next of ${String(readerCount)} reviews get one each`, async () => {
    const picture = await drawPicture(platform.ground.directory);
    await chooseFlow(clinic, 'human');
    for (let index = 0; index < readerCount; index++) {
      await ensureSubmitted(clinic, (await prepareCase(clinic, picture)).caseId);
    }
    const readers = await Promise.all(Array.from({ length: readerCount }, (_, index) => hireReviewer(clinic, index)));
    await until('all reviews to wait', async () => (await openReviews(clinic.reviewer)).length === readerCount);
    const taken = await Promise.all(
      readers.map(async (reader) => {
        const { claimNext } = await reader.run<{ claimNext: { review: { id: string } } }>(
          'mutation claimNext { claimNext(queueKey: "dermatology") { review { id } userErrors { code message } } }',
        );
        return claimNext.review.id;
      }),
    );
    expect(new Set(taken).size).toBe(readerCount);
    const claimed = (await openReviews(clinic.reviewer)).filter(({ status }) => status === 'CLAIMED');
    expect(new Set(claimed.map(({ id }) => id))).toEqual(new Set(taken));
  }, 120_000);

  /** Every second is a patient; of the rest one half names nobody's patient and the other is no patient at all. */
  async function attempt(index: number): Promise<string> {
    const valid = { idempotencyKey: randomUUID(), identity: identity(String(index)) };
    if (index % 2 === 0) return answered(() => createPatient(valid));
    if (index % 4 === 1) return answered(caseOfNobody);
    const wrong = { ...valid, identity: { ...valid.identity, birthDate: '1871-02-30' } };
    return (await answered(() => createPatient(wrong))) === 'granted' ? 'granted' : 'invalid';
  }

  async function createPatient(input: object): Promise<string> {
    const { createPatient: made } = await clinic.staff.run<{ createPatient: { patient: { id: string } } }>(
      'mutation createPatient($input: CreatePatientInput!) { createPatient(input: $input) { patient { id } userErrors { code message } } }',
      { input },
    );
    return made.patient.id;
  }

  function caseOfNobody(): Promise<unknown> {
    const [, other] = platform.demo.organisations;
    const { patientIds } = platform.demo.ids[other!.id]!['clinical'] as { patientIds: string[] };
    const input = { idempotencyKey: randomUUID(), patientId: patientIds[0], pathway: 'ROUTINE_DERMATOLOGY' };
    return clinic.staff.run(
      'mutation createCase($input: CreateCaseInput!) { createCase(input: $input) { case { id } userErrors { code message } } }',
      { input },
    );
  }

  async function anySlot(serviceTypeId: string): Promise<string> {
    const [from, to] = [1, 8].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    const { availableSlots } = await clinic.staff.run<{ availableSlots: { token: string }[] }>(
      'query freeSlots($id: ID!, $from: DateTime!, $to: DateTime!) { availableSlots(serviceTypeId: $id, from: $from, to: $to, timeZone: "Europe/London") { token } }',
      { id: serviceTypeId, from, to },
    );
    return availableSlots[0]!.token;
  }

  /** Rows of clinical that a mutation may leave. */
  async function counts(): Promise<Record<string, number>> {
    const tables = ['patients', 'skin_cases', 'idempotency_keys', 'subject_keys', 'entity_history'];
    const events = (type: string): string => `(SELECT COUNT(*) FROM outbox WHERE event_type = '${type}')`;
    const columns = tables.map((table) => `(SELECT COUNT(*) FROM ${table}) AS ${table}`);
    const [row] = await databases.query(
      'clinical',
      `SELECT ${columns.join(', ')}, ${events('clinical.patient.created')} AS patient_events,
              ${events('clinical.case.created')} AS case_events`,
    );
    return Object.fromEntries(Object.entries(row ?? {}).map(([name, n]) => [name, Number(n)]));
  }
});

/**
 * What came of a request: `granted`, or the code it was refused with. A machine under load may answer too late for the
 * gateway; a client then sends the same again, with the same key.
 */
async function answered(request: () => Promise<unknown>): Promise<string> {
  return until('an answer', async () => {
    const code = (await refusalOf(request())) ?? 'granted';
    return code === 'UPSTREAM_UNAVAILABLE' ? null : code;
  });
}

function identity(name: string): object {
  return { givenName: 'Imogen', familyName: `Hartley ${name}`, birthDate: '1971-03-09' };
}

function countBy(values: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const value of values) counted[value] = (counted[value] ?? 0) + 1;
  return counted;
}

import { describeContract } from '#shared/testing';
import { newId } from '#shared/ids';
import { scheduling } from '.';
import { book, type Booking, Clinic, dayMs, slotsQuery } from './scheduling.fixture';

describeContract(scheduling);

describe('slots and bookings', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await Clinic.open();
  });
  afterAll(() => clinic.close());

  test('shows free times of working hours only, in order, none too soon, on the clock asked for', async () => {
    const found = await clinic.slots();
    expect(found.length).toBeGreaterThan(100);
    expect(found.map(({ start }) => start)).toEqual(found.map(({ start }) => start).sort());
    for (const { start, localStart } of found) {
      const [weekday, clock] = new Date(start)
        .toLocaleString('en-GB', { timeZone: 'Europe/London', weekday: 'short', hour: '2-digit', minute: '2-digit' })
        .split(' ');
      expect(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']).toContain(weekday);
      expect(clock! >= '08:00' && clock! <= '17:30').toBe(true);
      const newYork = new Date(start).toLocaleTimeString('en-GB', {
        timeZone: 'America/New_York',
        hour: '2-digit',
        minute: '2-digit',
      });
      expect(localStart.slice(11)).toBe(newYork);
    }
    expect(Date.parse(found[0]!.start)).toBeGreaterThanOrEqual(Date.now() + 3_590_000);
    const { errors } = await clinic.subject.ask(clinic.desk, slotsQuery, {
      ...{ service: clinic.services['skin-biopsy'], from: new Date().toISOString() },
      to: new Date(Date.now() + 63 * dayMs).toISOString(),
    });
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  test('books a slot, takes it off the list, and announces it with what payments needs', async () => {
    const [slot] = await clinic.slots('skin-biopsy');
    const { appointment, userErrors } = await clinic.book(slot!.token, { reason: 'CANARY of a rash', virtual: true });
    expect(userErrors).toEqual([]);
    expect(appointment).toMatchObject({
      ...{
        status: 'CONFIRMED',
        start: slot!.start,
        end: slot!.end,
        isVirtual: true,
        serviceType: { key: 'skin-biopsy' },
      },
      availableTransitions: ['CHECKED_IN', 'CANCELLED'],
    });
    const left = await clinic.slots('skin-biopsy', [slot!.practitioner.id]);
    // 45 minutes and 15 minutes of buffer are gone.
    expect(Date.parse(left[0]!.start) - Date.parse(slot!.start)).toBeGreaterThanOrEqual(3_600_000);
    const event = await clinic.subject.until('the event', () =>
      clinic.subject.events.find(({ resourceId }) => resourceId === appointment!.id),
    );
    expect(event).toMatchObject({
      type: 'scheduling.appointment.confirmed',
      data: {
        serviceTypeKey: 'SKIN_BIOPSY',
        priceCode: 'SKIN-BIOPSY',
        startsAt: slot!.start,
        practitionerId: slot!.practitioner.id,
      },
    });
    const tables = ['appointments', 'entity_history', 'outbox', 'audit_intake'];
    const rows = await Promise.all(
      tables.map((table) => clinic.subject.running.database.system.query<object[]>(`SELECT * FROM ${table}`)),
    );
    expect(JSON.stringify(rows)).not.toContain('CANARY');
    const read = await clinic.ask(clinic.desk, 'query ($id: ID!) { appointment(id: $id) { reason } }', {
      id: appointment!.id,
    });
    expect(read).toEqual({ appointment: { reason: 'CANARY of a rash' } });
  });

  test('lets exactly one of 200 book the same slot at the same time, and tells the others what is free', async () => {
    const { token, start } = (await clinic.slots('dermatology-follow-up', [clinic.practitionerIds[0]])).at(10)!;
    const bookings = await Promise.all(Array.from({ length: 200 }, () => clinic.book(token)));
    const winners = bookings.filter(({ appointment }) => appointment !== null);
    const losers = bookings.filter(({ appointment }) => appointment === null);
    expect(winners).toHaveLength(1);
    expect(losers.map(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(
      losers.map(() => ['SLOT_TAKEN']),
    );
    for (const { nextFree } of losers) {
      expect(nextFree).toHaveLength(3);
      expect(Date.parse(nextFree![0]!)).toBeGreaterThanOrEqual(Date.parse(start) + 1_800_000);
    }
  });

  test('lets overlapping slots of one practitioner be booked by one only, and one patient be in one place only', async () => {
    const offered = await clinic.slots('dermatology-follow-up', [clinic.practitionerIds[1]]);
    const [first, second] = offered.slice(20, 22);
    const results = await Promise.all([clinic.book(first!.token), clinic.book(second!.token)]);
    expect(results.filter(({ appointment }) => appointment !== null)).toHaveLength(1);
    const patientId = newId('pat');
    const elsewhere = (await clinic.slots()).filter(({ start }) => Date.parse(start) > Date.now() + 5 * dayMs);
    const twins = elsewhere.filter(({ start }) => start === elsewhere[0]!.start);
    expect(twins).toHaveLength(2);
    expect((await clinic.book(twins[0]!.token, { patientId })).userErrors).toEqual([]);
    const clash = await clinic.book(twins[1]!.token, { patientId });
    expect(clash.userErrors).toMatchObject([{ code: 'SLOT_TAKEN' }]);
    expect(clash.nextFree).not.toContain(twins[1]!.start);
  });

  test('takes a repeated booking for the same one, at the same moment too, and refuses its key for another', async () => {
    const variables = clinic.inputFor((await clinic.slots()).at(-1)!.token);
    const [first, second] = await Promise.all(
      [1, 2].map(() => clinic.ask<{ bookAppointment: Booking }>(clinic.desk, book, variables)),
    );
    expect(first!.bookAppointment.appointment?.id).toBeDefined();
    expect(second!.bookAppointment.appointment?.id).toBe(first!.bookAppointment.appointment?.id);
    const other = await clinic.ask<{ bookAppointment: Booking }>(clinic.desk, book, {
      input: { ...variables.input, virtual: true },
    });
    expect(other.bookAppointment.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  });

  test('refuses a token that is forged, of another organisation, or of hours that are no longer worked', async () => {
    const { token } = (await clinic.slots()).at(-1)!;
    const [body, seal] = token.split('.') as [string, string];
    const offer = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forged = `${Buffer.from(JSON.stringify({ ...offer, startMs: 0 })).toString('base64url')}.${seal}`;
    for (const bad of [forged, 'nonsense', '', `${body}.`]) {
      expect((await clinic.book(bad)).userErrors).toMatchObject([{ code: 'SLOT_INVALID' }]);
    }
    expect((await clinic.book(token, {}, clinic.stranger)).userErrors).toMatchObject([{ code: 'SLOT_INVALID' }]);

    const { registerPractitioner } = await clinic.ask<{ registerPractitioner: { practitioner: { id: string } } }>(
      clinic.desk,
      `mutation { registerPractitioner(idempotencyKey: "p", input: { displayName: "Dr New", kind: DOCTOR }) { practitioner { id } } }`,
    );
    const { id } = registerPractitioner.practitioner;
    const work = (weekdays: number[]): Promise<unknown> =>
      clinic.ask(
        clinic.desk,
        `mutation ($id: ID!, $rules: [AvailabilityRuleInput!]!) {
          setSchedule(practitionerId: $id, timeZone: "Europe/London", rules: $rules) { schedule { id } userErrors { code } } }`,
        { id, rules: [{ weekdays, start: '00:00', end: '23:00' }] },
      );
    expect(await work([8])).toMatchObject({ setSchedule: { userErrors: [{ code: 'BAD_USER_INPUT' }] } });
    await work([1, 2, 3]);
    const offered = (await clinic.slots('dermatology-follow-up', [id])).at(-1)!;
    await work([4]);
    expect((await clinic.book(offered.token)).userErrors).toMatchObject([{ code: 'SLOT_INVALID' }]);
  });
});

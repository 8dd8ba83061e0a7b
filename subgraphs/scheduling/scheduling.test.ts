import { type Actor } from '#shared/auth';
import { type EventDataOf } from '#shared/events';
import { newId } from '#shared/ids';
import { actorOf, describeContract, startTestSubgraph, testOrganisation, type TestSubgraph } from '#shared/testing';
import { scheduling } from '.';

const dayMs = 86_400_000;

const slotsQuery = `query ($service: ID!, $from: DateTime!, $to: DateTime!, $practitioners: [ID!]) {
  availableSlots(serviceTypeId: $service, from: $from, to: $to, practitionerIds: $practitioners, timeZone: "America/New_York") {
    start end localStart token practitioner { id } location { id }
  }
}`;
const book = `mutation ($input: BookAppointmentInput!) {
  bookAppointment(input: $input) {
    appointment { id version status start end isVirtual patient { id } practitioner { id } serviceType { key } availableTransitions }
    nextFree userErrors { code path }
  }
}`;
const cancel = `mutation ($id: ID!, $ifVersion: Int!) {
  cancelAppointment(id: $id, ifVersion: $ifVersion, reason: "CANARY of a reason") {
    appointment { status cancellation { reason late } } userErrors { code allowed }
  }
}`;

interface SlotAnswer {
  start: string;
  end: string;
  localStart: string;
  token: string;
  practitioner: { id: string };
}
interface Booking {
  appointment: { id: string; version: number; status: string; start: string } | null;
  nextFree: string[] | null;
  userErrors: { code: string }[];
}

describeContract(scheduling);

describe('scheduling', () => {
  const organisation = testOrganisation();
  const practitionerIds = [newId('pra'), newId('pra')];
  const desk = actorOf(organisation, {
    scopes: [
      'scheduling:appointments:read',
      'scheduling:appointments:write',
      'scheduling:schedules:write',
      'scheduling:practitioners:write',
    ],
  });
  const stranger: Actor = { ...desk, organisationId: testOrganisation().organisationId };
  let subject: TestSubgraph;
  let services: Record<string, string>;

  const ask = async <T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> => {
    const { data, errors } = await subject.ask(actor, query, variables);
    expect(errors).toBeUndefined();
    return data as T;
  };
  const slots = async (
    service = 'dermatology-follow-up',
    practitioners = practitionerIds,
    days = 14,
  ): Promise<SlotAnswer[]> => {
    const range = { from: new Date().toISOString(), to: new Date(Date.now() + days * dayMs).toISOString() };
    const variables = { service: services[service], practitioners, ...range };
    return (await ask<{ availableSlots: SlotAnswer[] }>(desk, slotsQuery, variables)).availableSlots;
  };
  const inputFor = (token: string, more: object = {}): { input: Record<string, unknown> } => ({
    input: { idempotencyKey: newId('idk'), patientId: newId('pat'), slotToken: token, ...more },
  });
  const bookWith = async (token: string, more: object = {}, actor = desk): Promise<Booking> =>
    (await ask<{ bookAppointment: Booking }>(actor, book, inputFor(token, more))).bookAppointment;
  /** Books the last slot of the range, so that tests do not meet. */
  const bookSome = async (more: object = {}): Promise<NonNullable<Booking['appointment']>> => {
    const { appointment, userErrors } = await bookWith((await slots()).at(-1)!.token, more);
    expect(userErrors).toEqual([]);
    return appointment!;
  };
  const decided = (data: Partial<EventDataOf<'reviews.decision.final'>>): EventDataOf<'reviews.decision.final'> => ({
    ...{ patientId: newId('pat'), caseId: newId('case'), management: 'BIOPSY', decidedBy: 'HUMAN' },
    ...{ overallClass: 'MELANOMA', malignancy: 'MALIGNANT', reviewId: null, aiReviewId: null },
    ...data,
  });
  const waitlist = async (
    caseId: string,
  ): Promise<{ status: string; earliest: string; latest: string; serviceType: { key: string } | null }[]> => {
    const query =
      'query ($caseId: ID!) { waitlist(caseId: $caseId) { nodes { status earliest latest serviceType { key } } } }';
    const { waitlist: found } = await ask<{ waitlist: { nodes: never[] } }>(desk, query, { caseId });
    return found.nodes;
  };

  beforeAll(async () => {
    subject = await startTestSubgraph(scheduling);
    const person = { firstName: 'Pat', lastName: 'Example', email: 'p@example.org', password: 'x', roles: [] };
    const people = practitionerIds.map((practitionerId) => ({ ...person, userId: newId('usr'), practitionerId }));
    const seeded = await subject.running.seedDemo({
      organisation: { ...organisation, name: 'Test', slug: 'test' },
      people,
    });
    services = seeded['serviceTypeIds'] as Record<string, string>;
  });
  afterAll(() => subject.stop());

  test('shows free times of working hours only, in order, none too soon, on the clock asked for', async () => {
    const found = await slots();
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
    const { errors } = await subject.ask(desk, slotsQuery, {
      ...{ service: services['skin-biopsy'], from: new Date().toISOString() },
      to: new Date(Date.now() + 63 * dayMs).toISOString(),
    });
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  test('books a slot, takes it off the list, and announces it with what payments needs', async () => {
    const [slot] = await slots('skin-biopsy');
    const { appointment, userErrors } = await bookWith(slot!.token, { reason: 'CANARY of a rash', virtual: true });
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
    const left = await slots('skin-biopsy', [slot!.practitioner.id]);
    // 45 minutes and 15 minutes of buffer are gone.
    expect(Date.parse(left[0]!.start) - Date.parse(slot!.start)).toBeGreaterThanOrEqual(3_600_000);
    const event = await subject.until('the event', () =>
      subject.events.find(({ resourceId }) => resourceId === appointment!.id),
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
      tables.map((table) => subject.running.database.system.query(`SELECT * FROM ${table}`) as Promise<object[]>),
    );
    expect(JSON.stringify(rows)).not.toContain('CANARY');
    const read = await ask(desk, 'query ($id: ID!) { appointment(id: $id) { reason } }', { id: appointment!.id });
    expect(read).toEqual({ appointment: { reason: 'CANARY of a rash' } });
  });

  test('lets exactly one of 200 book the same slot at the same time, and tells the others what is free', async () => {
    const { token, start } = (await slots('dermatology-follow-up', [practitionerIds[0]!])).at(10)!;
    const bookings = await Promise.all(Array.from({ length: 200 }, () => bookWith(token)));
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
    const offered = await slots('dermatology-follow-up', [practitionerIds[1]!]);
    const [first, second] = offered.slice(20, 22);
    const results = await Promise.all([bookWith(first!.token), bookWith(second!.token)]);
    expect(results.filter(({ appointment }) => appointment !== null)).toHaveLength(1);
    const patientId = newId('pat');
    const elsewhere = (await slots()).filter(({ start }) => Date.parse(start) > Date.now() + 5 * dayMs);
    const twins = elsewhere.filter(({ start }) => start === elsewhere[0]!.start);
    expect(twins).toHaveLength(2);
    expect((await bookWith(twins[0]!.token, { patientId })).userErrors).toEqual([]);
    expect((await bookWith(twins[1]!.token, { patientId })).userErrors).toMatchObject([{ code: 'SLOT_TAKEN' }]);
  });

  test('takes a repeated booking for the same one, at the same moment too, and refuses its key for another', async () => {
    const variables = inputFor((await slots()).at(-1)!.token);
    const [first, second] = await Promise.all(
      [1, 2].map(() => ask<{ bookAppointment: Booking }>(desk, book, variables)),
    );
    expect(first!.bookAppointment.appointment?.id).toBeDefined();
    expect(second!.bookAppointment.appointment?.id).toBe(first!.bookAppointment.appointment?.id);
    const other = await ask<{ bookAppointment: Booking }>(desk, book, { input: { ...variables.input, virtual: true } });
    expect(other.bookAppointment.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  });

  test('refuses a token that is forged, of another organisation, or of hours that are no longer worked', async () => {
    const { token } = (await slots()).at(-1)!;
    const [body, seal] = token.split('.') as [string, string];
    const offer = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forged = `${Buffer.from(JSON.stringify({ ...offer, startMs: 0 })).toString('base64url')}.${seal}`;
    for (const bad of [forged, 'nonsense', '', `${body}.`]) {
      expect((await bookWith(bad)).userErrors).toMatchObject([{ code: 'SLOT_INVALID' }]);
    }
    expect((await bookWith(token, {}, stranger)).userErrors).toMatchObject([{ code: 'SLOT_INVALID' }]);

    const { registerPractitioner } = await ask<{ registerPractitioner: { practitioner: { id: string } } }>(
      desk,
      `mutation { registerPractitioner(idempotencyKey: "p", input: { displayName: "Dr New", kind: DOCTOR }) { practitioner { id } } }`,
    );
    const { id } = registerPractitioner.practitioner;
    const work = (weekdays: number[]): Promise<unknown> =>
      ask(
        desk,
        `mutation ($id: ID!, $rules: [AvailabilityRuleInput!]!) {
          setSchedule(practitionerId: $id, timeZone: "Europe/London", rules: $rules) { schedule { id } userErrors { code } } }`,
        { id, rules: [{ weekdays, start: '00:00', end: '23:00' }] },
      );
    expect(await work([8])).toMatchObject({ setSchedule: { userErrors: [{ code: 'BAD_USER_INPUT' }] } });
    await work([1, 2, 3]);
    const offered = (await slots('dermatology-follow-up', [id])).at(-1)!;
    await work([4]);
    expect((await bookWith(offered.token)).userErrors).toMatchObject([{ code: 'SLOT_INVALID' }]);
  });

  test('gives the time back when an appointment is cancelled, says when that was late, and cancels once', async () => {
    const soon = (await slots())[0]!;
    const { appointment } = await bookWith(soon.token);
    const cancelled = await ask(desk, cancel, { id: appointment!.id, ifVersion: 1 });
    const late = Date.parse(soon.start) - Date.now() < dayMs;
    expect(cancelled).toMatchObject({
      cancelAppointment: { appointment: { status: 'CANCELLED', cancellation: { reason: 'CANARY of a reason', late } } },
    });
    expect((await slots()).map(({ start, practitioner }) => [start, practitioner.id])).toContainEqual([
      soon.start,
      soon.practitioner.id,
    ]);
    expect((await bookWith(soon.token)).userErrors).toEqual([]);
    const again = await ask(desk, cancel, { id: appointment!.id, ifVersion: 2 });
    expect(again).toMatchObject({
      cancelAppointment: { appointment: null, userErrors: [{ code: 'ILLEGAL_TRANSITION', allowed: [] }] },
    });
    const event = await subject.until('the event', () =>
      subject.events.find(({ type }) => type === 'scheduling.appointment.cancelled'),
    );
    expect(event.data).toMatchObject({ appointmentId: appointment!.id, isLate: late, reason: null });
  });

  test('walks an appointment from the desk to its end, and refuses steps out of turn and stale versions', async () => {
    const { id } = await bookSome();
    const step = (call: string): Promise<unknown> =>
      ask(desk, `mutation { ${call} { appointment { status checkIn { method } } userErrors { code allowed } } }`);
    expect(await step(`startAppointment(id: "${id}")`)).toMatchObject({
      startAppointment: {
        appointment: null,
        userErrors: [{ code: 'ILLEGAL_TRANSITION', allowed: ['CHECKED_IN', 'CANCELLED'] }],
      },
    });
    expect(await step(`cancelAppointment(id: "${id}", ifVersion: 9, reason: "x")`)).toMatchObject({
      cancelAppointment: { userErrors: [{ code: 'STALE_VERSION' }] },
    });
    expect(await step(`checkIn(id: "${id}", method: "DESK")`)).toMatchObject({
      checkIn: { appointment: { status: 'CHECKED_IN', checkIn: { method: 'DESK' } } },
    });
    expect(await step(`startAppointment(id: "${id}")`)).toMatchObject({
      startAppointment: { appointment: { status: 'IN_PROGRESS' } },
    });
    expect(await step(`completeAppointment(id: "${id}")`)).toMatchObject({
      completeAppointment: { appointment: { status: 'COMPLETED' } },
    });
  });

  test('holds a slot that needs confirmation until the desk confirms or declines it', async () => {
    await subject.running.database.system.query(
      "UPDATE service_types SET requires_confirmation = 1 WHERE service_types.key = 'skin-biopsy'",
    );
    const offered = (await slots('skin-biopsy')).slice(-40);
    const first = (await bookWith(offered[0]!.token)).appointment!;
    expect(first.status).toBe('REQUESTED');
    expect((await bookWith(offered[0]!.token)).userErrors).toMatchObject([{ code: 'SLOT_TAKEN' }]);
    const confirmed = await ask(
      desk,
      'mutation ($id: ID!) { confirmAppointment(id: $id, ifVersion: 1) { appointment { status } } }',
      { id: first.id },
    );
    expect(confirmed).toMatchObject({ confirmAppointment: { appointment: { status: 'CONFIRMED' } } });
    const second = (await bookWith(offered.at(-1)!.token)).appointment!;
    const decline =
      'mutation ($id: ID!) { declineAppointment(id: $id, reason: "no") { appointment { status } userErrors { code allowed } } }';
    expect(await ask(desk, decline, { id: second.id })).toMatchObject({
      declineAppointment: { appointment: { status: 'DECLINED' } },
    });
    expect(await ask(desk, decline, { id: first.id })).toMatchObject({
      declineAppointment: { userErrors: [{ code: 'ILLEGAL_TRANSITION' }] },
    });
    await subject.running.database.system.query(
      "UPDATE service_types SET requires_confirmation = 0 WHERE service_types.key = 'skin-biopsy'",
    );
  });

  test('shows a patient their own appointments and nobody else’s, and nothing to another organisation', async () => {
    const patientId = newId('pat');
    const patient = actorOf(organisation, { scopes: ['scheduling:appointments:self'], patientIds: [patientId] });
    const { token } = (await slots()).at(-1)!;
    const mine = (await bookWith(token, { patientId }, patient)).appointment!;
    const other = await bookSome();
    const one = 'query ($id: ID!) { appointment(id: $id) { id } }';
    expect(await ask(patient, one, { id: mine.id })).toEqual({ appointment: { id: mine.id } });
    expect(await ask(patient, one, { id: other.id })).toEqual({ appointment: null });
    expect(await ask(stranger, one, { id: mine.id })).toEqual({ appointment: null });
    expect((await bookWith(token, {}, patient)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await ask(patient, cancel, { id: other.id, ifVersion: 1 })).toMatchObject({
      cancelAppointment: { userErrors: [{ code: 'NOT_FOUND' }] },
    });
    const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Patient { nextAppointment { id } appointments { totalCount nodes { id } } } } }`;
    const answer = await ask(patient, entities, {
      representations: [
        { __typename: 'Patient', id: patientId },
        { __typename: 'Patient', id: newId('pat') },
      ],
    });
    expect(answer).toEqual({
      _entities: [
        { nextAppointment: { id: mine.id }, appointments: { totalCount: 1, nodes: [{ id: mine.id }] } },
        { nextAppointment: null, appointments: { totalCount: 0, nodes: [] } },
      ],
    });
  });

  test('needs the scope, and calls a malformed id by its name', async () => {
    const reader = actorOf(organisation, { scopes: ['scheduling:appointments:read'] });
    const { token } = (await slots()).at(-1)!;
    const { errors } = await subject.ask(reader, book, inputFor(token));
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect((await bookWith(token, { patientId: newId('org') })).userErrors).toMatchObject([{ code: 'INVALID_ID' }]);
    expect((await bookWith(token, { caseId: 'case_1' })).userErrors).toMatchObject([{ code: 'INVALID_ID' }]);
  });

  test('pages through the appointments of a practitioner, the earliest first', async () => {
    await bookSome();
    const list = `query ($after: String) { appointments(first: 2, after: $after, filter: { status: [CONFIRMED], from: "2020-01-01T00:00:00Z" }) {
      totalCount nodes { start } pageInfo { hasNextPage endCursor } } }`;
    interface Listed {
      appointments: { totalCount: number; nodes: { start: string }[]; pageInfo: { endCursor: string } };
    }
    const first = (await ask<Listed>(desk, list)).appointments;
    const second = (await ask<Listed>(desk, list, { after: first.pageInfo.endCursor })).appointments;
    const starts = [...first.nodes, ...second.nodes].map(({ start }) => start);
    expect(first.totalCount).toBeGreaterThanOrEqual(4);
    expect(starts).toEqual([...starts].sort());
    expect(starts).toHaveLength(4);
  });

  test('answers a subscription with the appointment of the event, and with nothing for who may not see it', async () => {
    const { id } = await bookSome();
    const event = await subject.until('the event', () => subject.events.find(({ resourceId }) => resourceId === id));
    const live = 'subscription { appointmentChanged { id status } }';
    expect((await subject.ask(desk, live, {}, event)).data).toEqual({
      appointmentChanged: { id, status: 'CONFIRMED' },
    });
    const patient = actorOf(organisation, { scopes: ['scheduling:appointments:self'], patientIds: [newId('pat')] });
    expect((await subject.ask(patient, live, {}, event)).data).toEqual({ appointmentChanged: null });
  });

  test('puts a patient who needs a biopsy on the waiting list once, and takes them off when it is booked', async () => {
    const data = decided({ management: 'BIOPSY' });
    const { caseId, patientId } = data;
    const event = { organisation, resourceId: caseId, data, id: newId('evt') };
    await subject.deliver('reviews.decision.final', event);
    await subject.deliver('reviews.decision.final', event);
    const [entry, ...others] = await subject.until('the entry', async () => {
      const found = await waitlist(caseId);
      return found.length > 0 && found;
    });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ status: 'WAITING', serviceType: { key: 'skin-biopsy' } });
    expect(Date.parse(entry!.latest) - Date.parse(entry!.earliest)).toBe(14 * dayMs);
    await subject.until('the announcement', () =>
      subject.events.find(({ type, data: of }) => type === 'scheduling.waitlist.added' && of['caseId'] === caseId),
    );
    // A booking for the same case, but for somebody else, does not end the waiting.
    await bookSome({ caseId });
    expect(await waitlist(caseId)).toMatchObject([{ status: 'WAITING' }]);
    const mine = await bookSome({ caseId, patientId });
    expect(await waitlist(caseId)).toMatchObject([{ status: 'ACCEPTED' }]);
    const entities =
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Case { appointments { id } } } }';
    const answer = await ask<{ _entities: { appointments: { id: string }[] }[] }>(desk, entities, {
      representations: [{ __typename: 'Case', id: caseId }],
    });
    expect(answer._entities[0]!.appointments.map(({ id }) => id)).toContain(mine.id);
  });

  test('puts nobody on the waiting list who is discharged, and lets a newer decision replace an older one', async () => {
    const data = decided({ management: 'ROUTINE_REFERRAL', malignancy: 'BENIGN' });
    const { caseId } = data;
    await subject.deliver('reviews.decision.final', { organisation, resourceId: caseId, data });
    await subject.until('the entry', async () => (await waitlist(caseId)).length === 1);
    await subject.deliver('reviews.decision.final', {
      organisation,
      resourceId: caseId,
      data: { ...data, management: 'DISCHARGE_WITH_ADVICE' },
    });
    await subject.until('the removal', async () => (await waitlist(caseId))[0]!.status === 'REMOVED');
    expect(await waitlist(caseId)).toHaveLength(1);
  });
});

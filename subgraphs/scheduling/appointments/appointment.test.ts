import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { book, Clinic, dayMs } from '../scheduling.fixture';

const cancel = `mutation ($id: ID!, $ifVersion: Int!) {
  cancelAppointment(id: $id, ifVersion: $ifVersion, reason: "CANARY of a reason") {
    appointment { status cancellation { reason late } } userErrors { code allowed }
  }
}`;

describe('appointments', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await Clinic.open();
  });
  afterAll(() => clinic.close());

  test('gives the time back when an appointment is cancelled, says when that was late, and cancels once', async () => {
    const soon = (await clinic.slots())[0]!;
    const { appointment } = await clinic.book(soon.token);
    const cancelled = await clinic.ask(clinic.desk, cancel, { id: appointment!.id, ifVersion: 1 });
    const late = Date.parse(soon.start) - Date.now() < dayMs;
    expect(cancelled).toMatchObject({
      cancelAppointment: { appointment: { status: 'CANCELLED', cancellation: { reason: 'CANARY of a reason', late } } },
    });
    expect((await clinic.slots()).map(({ start, practitioner }) => [start, practitioner.id])).toContainEqual([
      soon.start,
      soon.practitioner.id,
    ]);
    expect((await clinic.book(soon.token)).userErrors).toEqual([]);
    const again = await clinic.ask(clinic.desk, cancel, { id: appointment!.id, ifVersion: 2 });
    expect(again).toMatchObject({
      cancelAppointment: { appointment: null, userErrors: [{ code: 'ILLEGAL_TRANSITION', allowed: [] }] },
    });
    const event = await clinic.subject.until('the event', () =>
      clinic.subject.events.find(({ type }) => type === 'scheduling.appointment.cancelled'),
    );
    expect(event.data).toMatchObject({ appointmentId: appointment!.id, isLate: late, reason: null });
  });

  test('walks an appointment from the desk to its end, and refuses steps out of turn and stale versions', async () => {
    const { id } = await clinic.bookSome();
    const step = (call: string): Promise<unknown> =>
      clinic.ask(
        clinic.desk,
        `mutation { ${call} { appointment { status checkIn { method } } userErrors { code allowed } } }`,
      );
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
    await clinic.subject.running.database.system.query(
      "UPDATE service_types SET requires_confirmation = 1 WHERE service_types.key = 'skin-biopsy'",
    );
    const offered = (await clinic.slots('skin-biopsy')).slice(-40);
    const first = (await clinic.book(offered[0]!.token)).appointment!;
    expect(first.status).toBe('REQUESTED');
    expect((await clinic.book(offered[0]!.token)).userErrors).toMatchObject([{ code: 'SLOT_TAKEN' }]);
    const confirmed = await clinic.ask(
      clinic.desk,
      'mutation ($id: ID!) { confirmAppointment(id: $id, ifVersion: 1) { appointment { status } } }',
      { id: first.id },
    );
    expect(confirmed).toMatchObject({ confirmAppointment: { appointment: { status: 'CONFIRMED' } } });
    const second = (await clinic.book(offered.at(-1)!.token)).appointment!;
    const decline =
      'mutation ($id: ID!) { declineAppointment(id: $id, reason: "no") { appointment { status } userErrors { code allowed } } }';
    expect(await clinic.ask(clinic.desk, decline, { id: second.id })).toMatchObject({
      declineAppointment: { appointment: { status: 'DECLINED' } },
    });
    expect(await clinic.ask(clinic.desk, decline, { id: first.id })).toMatchObject({
      declineAppointment: { userErrors: [{ code: 'ILLEGAL_TRANSITION' }] },
    });
    await clinic.subject.running.database.system.query(
      "UPDATE service_types SET requires_confirmation = 0 WHERE service_types.key = 'skin-biopsy'",
    );
  });

  test('shows a patient their own appointments and nobody else’s, and nothing to another organisation', async () => {
    const patientId = newId('pat');
    const patient = actorOf(clinic.organisation, { scopes: ['scheduling:appointments:self'], patientIds: [patientId] });
    const { token } = (await clinic.slots()).at(-1)!;
    const mine = (await clinic.book(token, { patientId }, patient)).appointment!;
    const other = await clinic.bookSome();
    const one = 'query ($id: ID!) { appointment(id: $id) { id } }';
    expect(await clinic.ask(patient, one, { id: mine.id })).toEqual({ appointment: { id: mine.id } });
    expect(await clinic.ask(patient, one, { id: other.id })).toEqual({ appointment: null });
    expect(await clinic.ask(clinic.stranger, one, { id: mine.id })).toEqual({ appointment: null });
    expect((await clinic.book(token, {}, patient)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await clinic.ask(patient, cancel, { id: other.id, ifVersion: 1 })).toMatchObject({
      cancelAppointment: { userErrors: [{ code: 'NOT_FOUND' }] },
    });
    const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Patient { nextAppointment { id } appointments { totalCount nodes { id } } } } }`;
    const answer = await clinic.ask(patient, entities, {
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
    const reader = actorOf(clinic.organisation, { scopes: ['scheduling:appointments:read'] });
    const { token } = (await clinic.slots()).at(-1)!;
    const { errors } = await clinic.subject.ask(reader, book, clinic.inputFor(token));
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect((await clinic.book(token, { patientId: newId('org') })).userErrors).toMatchObject([{ code: 'INVALID_ID' }]);
    expect((await clinic.book(token, { caseId: 'case_1' })).userErrors).toMatchObject([{ code: 'INVALID_ID' }]);
  });

  test('pages through the appointments, the earliest first', async () => {
    for (let count = 0; count < 4; count++) await clinic.bookSome();
    const list = `query ($after: String) { appointments(first: 2, after: $after, filter: { status: [CONFIRMED], from: "2020-01-01T00:00:00Z" }) {
      totalCount nodes { start } pageInfo { hasNextPage endCursor } } }`;
    interface Listed {
      appointments: { totalCount: number; nodes: { start: string }[]; pageInfo: { endCursor: string } };
    }
    const first = (await clinic.ask<Listed>(clinic.desk, list)).appointments;
    const second = (await clinic.ask<Listed>(clinic.desk, list, { after: first.pageInfo.endCursor })).appointments;
    const starts = [...first.nodes, ...second.nodes].map(({ start }) => start);
    expect(first.totalCount).toBeGreaterThanOrEqual(4);
    expect(starts).toEqual([...starts].sort());
    expect(starts).toHaveLength(4);
  });

  test('answers a subscription with the appointment of the event, and with nothing for who may not see it', async () => {
    const { id } = await clinic.bookSome();
    const event = await clinic.subject.until('the event', () =>
      clinic.subject.events.find(({ resourceId }) => resourceId === id),
    );
    const live = 'subscription { appointmentChanged { id status } }';
    expect((await clinic.subject.ask(clinic.desk, live, {}, event)).data).toEqual({
      appointmentChanged: { id, status: 'CONFIRMED' },
    });
    const patient = actorOf(clinic.organisation, {
      scopes: ['scheduling:appointments:self'],
      patientIds: [newId('pat')],
    });
    expect((await clinic.subject.ask(patient, live, {}, event)).data).toEqual({ appointmentChanged: null });
  });
});

import { newId } from '#shared/ids';
import { actorOf, describeContract, startTestSubgraph } from '#shared/testing';
import { payments } from '.';
import { Clinic } from './payments.fixture';

describeContract(payments);

describe('invoices', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await Clinic.open();
  });
  afterAll(() => clinic.close());

  const voidInvoice =
    'mutation ($id: ID!) { voidInvoice(id: $id, reason: "CANARY of a reason") { invoice { status } userErrors { code allowed } } }';
  const booked = (more: object = {}): { appointmentId: string; [name: string]: unknown } => ({
    ...{ appointmentId: newId('apt'), patientId: newId('pat'), caseId: newId('case'), practitionerId: newId('pra') },
    ...{ startsAt: new Date().toISOString(), serviceTypeKey: 'SKIN_BIOPSY', priceCode: 'SKIN-BIOPSY', ...more },
  });
  const deliver = (
    type: 'confirmed' | 'cancelled',
    data: ReturnType<typeof booked>,
    id = newId('evt'),
  ): Promise<unknown> => {
    const aggregate = { type: 'Appointment', id: data.appointmentId };
    const event = {
      organisation: clinic.organisation,
      resourceId: data.appointmentId,
      aggregate,
      data: data as never,
      id,
    };
    return clinic.subject.deliver(`scheduling.appointment.${type}`, event);
  };
  const ofAppointment = async (id: string): Promise<{ id: string; status: string; lines: unknown[] } | null> => {
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Appointment { invoice { id status patient { id } case { id } total { amount currency } lines { priceCode quantity amount { amount } } } } } }`;
    const { _entities } = await clinic.ask<{ _entities: [{ invoice: never }] }>(clinic.billing, query, {
      representations: [{ __typename: 'Appointment', id }],
    });
    return _entities[0].invoice;
  };

  test('drafts the invoice of a confirmed appointment once, however often it is announced', async () => {
    const data = booked();
    const id = newId('evt');
    await deliver('confirmed', data, id);
    await deliver('confirmed', data, id);
    await deliver('confirmed', data);
    const invoice = await clinic.subject.until('the draft', () => ofAppointment(data.appointmentId));
    expect(invoice).toMatchObject({
      ...{ status: 'DRAFT', patient: { id: data['patientId'] }, case: { id: data['caseId'] } },
      ...{
        total: { amount: 35_000, currency: 'GBP' },
        lines: [{ priceCode: 'SKIN-BIOPSY', quantity: 1, amount: { amount: 35_000 } }],
      },
    });
    const created = (): unknown[] =>
      clinic.subject.events.filter(
        ({ type, data: of }) => type === 'payments.invoice.created' && of['patientId'] === data['patientId'],
      );
    await clinic.subject.until('the event', () => created().length > 0);
    const { invoices } = await clinic.ask<{ invoices: { totalCount: number } }>(
      clinic.billing,
      'query ($id: ID) { invoices(patientId: $id) { totalCount } }',
      { id: data['patientId'] },
    );
    expect(invoices.totalCount).toBe(1);
    expect(created()).toHaveLength(1);
  });

  test('voids the draft of a cancelled appointment, but leaves an invoice that is out', async () => {
    const [early, late] = [booked(), booked()];
    for (const data of [early, late]) await deliver('confirmed', data);
    const out = await clinic.subject.until('the draft', () => ofAppointment(late.appointmentId));
    await clinic.finalize(out.id);
    for (const data of [early, late]) await deliver('cancelled', { ...data, isLate: false, reason: null });
    await clinic.subject.until(
      'the draft to be void',
      async () => (await ofAppointment(early.appointmentId))?.status === 'VOID',
    );
    expect(await ofAppointment(late.appointmentId)).toMatchObject({ status: 'OPEN' });
  });

  test('bills nothing for what is free, and shows billing what has no price', async () => {
    const [free, unknown] = [booked({ priceCode: null }), booked({ priceCode: 'NOT-IN-THE-LIST' })];
    await deliver('confirmed', free);
    await deliver('confirmed', unknown);
    const draft = await clinic.subject.until('the draft', () => ofAppointment(unknown.appointmentId));
    expect(draft).toMatchObject({ status: 'DRAFT', lines: [] });
    expect((await clinic.finalize(draft.id)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    expect(await ofAppointment(free.appointmentId)).toBeNull();
  });

  test('numbers invoices without gaps, though many are finalised at once and some fail', async () => {
    const drafts = await Promise.all(Array.from({ length: 12 }, () => clinic.draft()));
    const answers = await Promise.all(drafts.map(({ id }, index) => clinic.finalize(id, index % 4 === 0 ? 9 : 1)));
    const refused = answers.filter(({ invoice }) => invoice === null);
    expect(refused.map(({ userErrors }) => userErrors[0]?.code)).toEqual([
      'STALE_VERSION',
      'STALE_VERSION',
      'STALE_VERSION',
    ]);
    const { number } = await clinic.bill();
    const { invoices } = await clinic.ask<{ invoices: { nodes: { number: string }[] } }>(
      clinic.billing,
      '{ invoices(first: 100, status: [OPEN]) { nodes { number } } }',
    );
    const numbers = invoices.nodes.map((one) => Number(one.number.replace('INV-', ''))).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(number).toBe(`INV-${String(numbers.length).padStart(6, '0')}`);
    const byNumber = await clinic.ask(
      clinic.billing,
      'query ($number: String) { invoice(number: $number) { number } }',
      { number },
    );
    expect(byNumber).toEqual({ invoice: { number } });
  });

  test('finalises once, voids what is not paid, and refuses every other step', async () => {
    const invoice = await clinic.bill();
    expect(invoice).toMatchObject({ status: 'OPEN', version: 2, total: { amount: 12_000, currency: 'GBP' } });
    expect((await clinic.finalize(invoice.id, 2)).userErrors).toMatchObject([{ code: 'ILLEGAL_TRANSITION' }]);
    expect(await clinic.ask(clinic.billing, voidInvoice, { id: invoice.id })).toMatchObject({
      voidInvoice: { invoice: { status: 'VOID' } },
    });
    expect(await clinic.ask(clinic.billing, voidInvoice, { id: invoice.id })).toMatchObject({
      voidInvoice: { invoice: null, userErrors: [{ code: 'ILLEGAL_TRANSITION', allowed: [] }] },
    });
    const rows = await clinic.subject.running.database.system.query('SELECT * FROM invoices');
    expect(JSON.stringify(rows)).not.toContain('CANARY');
  });

  test('creates an invoice once per key, and refuses one without lines or with a foreign price', async () => {
    const idempotencyKey = newId('idk');
    const patientId = newId('pat');
    const [first, second] = await Promise.all([1, 2].map(() => clinic.draft({ idempotencyKey, patientId })));
    expect(second!.id).toBe(first!.id);
    await expect(clinic.draft({ idempotencyKey, patientId: newId('pat') })).resolves.toBeNull();
    await expect(clinic.draft({ lines: [] })).resolves.toBeNull();
    await expect(clinic.draft({ lines: [{ priceId: newId('prc') }] })).resolves.toBeNull();
    await expect(clinic.draft({ patientId: newId('org') })).resolves.toBeNull();
  });

  test('shows patients their own, billing all, and other organisations nothing', async () => {
    const patientId = newId('pat');
    const [mine, other] = await Promise.all([clinic.bill({ patientId }), clinic.bill()]);
    const patient = actorOf(clinic.organisation, { scopes: ['payments:invoices:self'], patientIds: [patientId] });
    expect(await clinic.invoice(mine.id, patient)).toMatchObject({ id: mine.id });
    expect(await clinic.invoice(other.id, patient)).toBeNull();
    expect(await clinic.invoice(mine.id, clinic.stranger)).toBeNull();
    const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Patient { balance { amount currency } invoices { totalCount } customer { balance { amount } } } } }`;
    const representations = [patientId, newId('pat')].map((id) => ({ __typename: 'Patient', id }));
    expect(await clinic.ask(patient, entities, { representations })).toEqual({
      _entities: [
        {
          balance: { amount: 12_000, currency: 'GBP' },
          invoices: { totalCount: 1 },
          customer: { balance: { amount: 12_000 } },
        },
        { balance: { amount: 0, currency: 'GBP' }, invoices: { totalCount: 0 }, customer: null },
      ],
    });
    const { errors } = await clinic.subject.ask(patient, '{ invoices { totalCount } }');
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  test('answers a subscription with the invoice of the event, and with nothing for who may not see it', async () => {
    const { id } = await clinic.bill();
    const event = await clinic.subject.until('the event', () =>
      clinic.subject.events.find(({ resourceId }) => resourceId === id),
    );
    const live = 'subscription { invoiceChanged { id } }';
    expect((await clinic.subject.ask(clinic.billing, live, {}, event)).data).toEqual({ invoiceChanged: { id } });
    const patient = actorOf(clinic.organisation, { scopes: ['payments:invoices:self'], patientIds: [newId('pat')] });
    expect((await clinic.subject.ask(patient, live, {}, event)).data).toEqual({ invoiceChanged: null });
  });
});

describe('without a provider', () => {
  test('keeps a payment for later and says that nobody answers', async () => {
    const subject = await startTestSubgraph(payments);
    try {
      const clinic = await Clinic.without(subject);
      const { id } = await clinic.bill();
      expect(await clinic.payInVain(id)).toBe('UPSTREAM_UNAVAILABLE');
      expect((await clinic.invoice(id))?.payments).toMatchObject([{ status: 'PROCESSING' }]);
    } finally {
      await subject.stop();
    }
  });
});

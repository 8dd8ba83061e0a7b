import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { LedgerEntry } from '../ledger/ledger-entry.entity';
import { balances, postingOf } from '../ledger/posting';
import { apiKey, Clinic, webhookSecret } from '../payments.fixture';
import { outranks, paymentStatuses } from './payment.codes';

describe('payments', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await Clinic.open();
  });
  afterAll(() => clinic.close());
  afterEach(() => clinic.fault('none'));

  const events = (type: string, invoiceId: string): unknown[] =>
    clinic.subject.events.filter((event) => event.type === type && event.data['invoiceId'] === invoiceId);
  const sign = (body: string, at = Date.now(), secret = webhookSecret): string => {
    const t = String(Math.floor(at / 1000));
    return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
  };
  const callBack = async (body: string, signature: string): Promise<number> => {
    const response = await fetch(clinic.callbackUrl, {
      method: 'POST',
      body,
      headers: { 'stripe-signature': signature },
    });
    return response.status;
  };
  const about = (type: string, paymentId: string, id = newId('evt')): string => {
    const { organisationId: organisation_id, region } = clinic.organisation;
    const metadata = { payment_id: paymentId, organisation_id, region };
    return JSON.stringify({
      id,
      type: `payment_intent.${type}`,
      data: { object: { id: 'pi_1', status: type, metadata } },
    });
  };

  test('pays an invoice in parts until it is paid, and says so once', async () => {
    const { id } = await clinic.bill();
    expect(await clinic.pay(id, { amount: 5_000 })).toMatchObject({ payment: { status: 'SUCCEEDED' }, userErrors: [] });
    expect(await clinic.invoice(id)).toMatchObject({ status: 'PARTIALLY_PAID', amountDue: { amount: 7_000 } });
    expect((await clinic.pay(id, { amount: 7_001 })).userErrors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    expect(await clinic.pay(id)).toMatchObject({ payment: { status: 'SUCCEEDED' } });
    expect(await clinic.invoice(id)).toMatchObject({ status: 'PAID', amountDue: { amount: 0 } });
    expect((await clinic.pay(id)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    await clinic.subject.until('the event', () => events('payments.invoice.paid', id).length > 0);
    expect(events('payments.invoice.paid', id)).toHaveLength(1);
    expect(events('payments.payment.succeeded', id)).toHaveLength(2);
  });

  test('charges once per key, at the same moment too, and never more than is left', async () => {
    const { id } = await clinic.bill();
    const idempotencyKey = newId('idk');
    const [first, second] = await Promise.all([1, 2].map(() => clinic.pay(id, { amount: 5_000, idempotencyKey })));
    expect(second!.payment?.id).toBe(first!.payment?.id);
    expect((await clinic.pay(id, { amount: 6_000, idempotencyKey })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
    const rush = await Promise.all(Array.from({ length: 8 }, () => clinic.pay(id, { amount: 7_000 })));
    expect(rush.filter(({ payment }) => payment !== null)).toHaveLength(1);
    expect(await clinic.invoice(id)).toMatchObject({ status: 'PAID', amountDue: { amount: 0 } });
  });

  test('reports a declined card and leaves the invoice as it was', async () => {
    const { id } = await clinic.bill();
    expect(await clinic.pay(id, { token: 'pm_card_chargeDeclined' })).toMatchObject({
      payment: null,
      userErrors: [{ code: 'PAYMENT_FAILED' }],
    });
    expect(await clinic.invoice(id)).toMatchObject({
      ...{ status: 'OPEN', amountDue: { amount: 12_000 } },
      payments: [{ status: 'FAILED', failureCode: 'GENERIC_DECLINE' }],
    });
    expect((await clinic.pay(id, { token: 'pm_no_such_card' })).userErrors).toMatchObject([{ code: 'PAYMENT_FAILED' }]);
    expect(await clinic.pay(id)).toMatchObject({ payment: { status: 'SUCCEEDED' } });
    await clinic.subject.until('the event', () => events('payments.payment.failed', id).length === 2);
  });

  test('completes a payment later when the provider was down, and one whose answer was lost, charging once', async () => {
    for (const mode of ['down', 'garbage']) {
      const { id } = await clinic.bill();
      await clinic.fault(mode);
      expect(await clinic.payInVain(id)).toBe('UPSTREAM_UNAVAILABLE');
      if (mode === 'down') {
        expect((await clinic.invoice(id))?.payments).toMatchObject([{ status: 'PROCESSING' }]);
        const refusal = await clinic.ask(
          clinic.billing,
          'mutation ($id: ID!) { voidInvoice(id: $id, reason: "x") { userErrors { code } } }',
          { id },
        );
        expect(refusal).toMatchObject({ voidInvoice: { userErrors: [{ code: 'CONFLICT' }] } });
      }
      await clinic.fault('none');
      await clinic.subject.until('the payment', async () => (await clinic.invoice(id))?.status === 'PAID');
      expect((await clinic.invoice(id))?.payments).toMatchObject([{ status: 'SUCCEEDED' }]);
    }
  });

  test('waits for the customer’s bank and takes its answer by callback', async () => {
    const { id } = await clinic.bill();
    const { payment } = await clinic.pay(id, { token: 'pm_card_authenticationRequired' });
    expect(payment).toMatchObject({ status: 'REQUIRES_ACTION' });
    await fetch(`${clinic.providerUrl}/v1/payment_intents/${payment!.providerRef!}/_authenticate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: new URLSearchParams({ outcome: 'succeed' }),
    });
    await clinic.subject.until('the payment', async () => (await clinic.invoice(id))?.status === 'PAID');
  });

  test.each(['duplicate-webhooks', 'out-of-order-webhooks', 'lost-webhooks'])(
    'books a payment once with %s',
    async (mode) => {
      await clinic.fault(mode);
      const { id } = await clinic.bill();
      const { payment } = await clinic.pay(id);
      await clinic.fault('none');
      expect(payment?.status).toBe('SUCCEEDED');
      const entries = await clinic.subject.running.database.system.query(
        'SELECT * FROM ledger_entries WHERE reference = ?',
        [payment!.id],
      );
      expect(entries).toHaveLength(2);
    },
  );

  test('believes the provider’s money over its refusal, in whatever order and however often they come', async () => {
    const { id } = await clinic.bill();
    await clinic.fault('down');
    await clinic.payInVain(id);
    const paymentId = (await clinic.invoice(id))!.payments[0]!.id;
    const succeeded = about('succeeded', paymentId);
    for (const body of [about('payment_failed', paymentId), succeeded, succeeded, about('payment_failed', paymentId)]) {
      expect(await callBack(body, sign(body))).toBe(200);
    }
    expect(await clinic.invoice(id)).toMatchObject({ status: 'PAID', payments: [{ status: 'SUCCEEDED' }] });
    await clinic.subject.until('the event', () => events('payments.payment.succeeded', id).length > 0);
    expect(events('payments.payment.succeeded', id)).toHaveLength(1);
  });

  test('takes no callback that the provider has not signed just now, and ignores what is not about a payment of ours', async () => {
    const body = about('succeeded', newId('pay'));
    expect(await callBack(body, sign(body, Date.now() - 301_000))).toBe(400);
    expect(await callBack(body, sign(body, Date.now(), 'another secret'))).toBe(400);
    expect(await callBack(`${body} `, sign(body))).toBe(400);
    expect(await callBack(body, '')).toBe(400);
    expect(await callBack(body, sign(body))).toBe(200);
    const other = JSON.stringify({ id: 'evt_1', type: 'customer.created', data: { object: {} } });
    expect(await callBack(other, sign(other))).toBe(200);
  });

  test('lets a patient pay their own invoice, and shows the payment to nobody else', async () => {
    const patientId = newId('pat');
    const [mine, other] = await Promise.all([clinic.bill({ patientId }), clinic.bill()]);
    const patient = actorOf(clinic.organisation, { scopes: ['payments:invoices:self'], patientIds: [patientId] });
    const { payment } = await clinic.pay(mine.id, {}, patient);
    expect(payment?.status).toBe('SUCCEEDED');
    expect((await clinic.pay(other.id, {}, patient)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const one = 'query ($id: ID!) { payment(id: $id) { amount { amount currency } invoice { id } } }';
    expect(await clinic.ask(patient, one, { id: payment!.id })).toEqual({
      payment: { amount: { amount: 12_000, currency: 'GBP' }, invoice: { id: mine.id } },
    });
    expect(await clinic.ask(clinic.stranger, one, { id: payment!.id })).toEqual({ payment: null });
  });

  test('keeps books in which every posting balances and receivables are what is owed', async () => {
    const rows = await clinic.subject.running.system.source.getRepository(LedgerEntry).find();
    expect(rows.length).toBeGreaterThan(10);
    for (const reference of new Set(rows.map((row) => row.reference))) {
      const sums = balances(rows.filter((row) => row.reference === reference));
      expect(sums.RECEIVABLE + sums.REVENUE + sums.CASH).toBe(0);
    }
    const { invoices } = await clinic.ask<{ invoices: { nodes: { amountDue: { amount: number } }[] } }>(
      clinic.billing,
      '{ invoices(first: 100) { nodes { amountDue { amount } } } }',
    );
    expect(balances(rows).RECEIVABLE).toBe(invoices.nodes.reduce((sum, { amountDue }) => sum + amountDue.amount, 0));
    const ledger = '{ ledger(account: CASH, first: 1) { nodes { account kind debit { amount } credit { amount } } } }';
    expect(await clinic.ask(clinic.billing, ledger)).toMatchObject({
      ledger: { nodes: [{ account: 'CASH', kind: 'PAYMENT_RECEIVED', credit: null }] },
    });
    const { errors } = await clinic.subject.ask(
      actorOf(clinic.organisation, { scopes: ['payments:invoices:read'] }),
      ledger,
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });
});

describe('the ledger', () => {
  const kind = fc.constantFrom('INVOICE_FINALIZED' as const, 'INVOICE_VOIDED' as const, 'PAYMENT_RECEIVED' as const);
  const amount = fc.integer({ min: 1, max: 100_000_000 });

  test('balances after any postings in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(kind, amount), { maxLength: 50 }), (postings) => {
        const lines = postings.flatMap(([of, over]) => postingOf(of, over));
        const sums = balances(lines);
        expect(sums.RECEIVABLE + sums.REVENUE + sums.CASH).toBe(0);
        expect(lines.every(({ debitMinor, creditMinor }) => Math.min(debitMinor, creditMinor) === 0)).toBe(true);
      }),
    );
  });

  test('refuses amounts that are none', () => {
    for (const none of [0, -1, 0.5, Number.NaN, 2 ** 53])
      expect(() => postingOf('PAYMENT_RECEIVED', none)).toThrow(RangeError);
  });
});

test('the rank of states makes callbacks commute: any order ends in the same state', () => {
  const seen = fc.shuffledSubarray([...paymentStatuses].filter((status) => status !== 'CANCELLED'));
  const end = (statuses: readonly (typeof paymentStatuses)[number][]): string =>
    statuses.reduce((present, status) => (outranks(status, present) ? status : present), 'PROCESSING');
  fc.assert(fc.property(seen, (statuses) => expect(end(statuses)).toBe(end([...statuses].reverse()))));
});

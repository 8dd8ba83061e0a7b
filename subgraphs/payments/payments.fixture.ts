import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { type HttpRoute } from '#shared/subgraph';
import { actorOf, startTestSubgraph, testOrganisation, type TestSubgraph } from '#shared/testing';
import { createPaymentSimulator } from '../../infra/simulators/payments/payment-simulator';
import { payments } from '.';

export const apiKey = 'sk_test_sandbox';
export const webhookSecret = 'whsec_sandbox';

export interface InvoiceAnswer {
  readonly id: string;
  readonly version: number;
  readonly number: string | null;
  readonly status: string;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly amountDue: { readonly amount: number };
}

export interface PaymentAnswer {
  readonly payment: { readonly id: string; readonly status: string; readonly providerRef: string | null } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

const invoiceFields = 'id version number status total { amount currency } amountDue { amount }';
const create = `mutation ($input: CreateInvoiceInput!) { createInvoice(input: $input) { invoice { ${invoiceFields} } userErrors { code } } }`;
const finalize = `mutation ($id: ID!, $ifVersion: Int!) {
  finalizeInvoice(id: $id, ifVersion: $ifVersion) { invoice { ${invoiceFields} } userErrors { code allowed } }
}`;
const pay = `mutation ($idempotencyKey: ID!, $invoiceId: ID!, $amount: MinorUnits, $token: String! = "pm_card_visa") {
  startPayment(idempotencyKey: $idempotencyKey, invoiceId: $invoiceId, amount: $amount, method: CARD, paymentMethodToken: $token) {
    payment { id status providerRef } userErrors { code }
  }
}`;

/** The payments subgraph of a clinic, with the sandbox of a provider that calls it back. */
export class Clinic {
  readonly organisation = testOrganisation();
  readonly billing = actorOf(this.organisation, {
    scopes: [
      ...([
        'payments:invoices:read',
        'payments:invoices:write',
        'payments:payments:read',
        'payments:payments:write',
      ] as const),
      ...(['payments:prices:read', 'payments:reports:read'] as const),
    ],
  });
  readonly stranger: Actor = { ...this.billing, organisationId: testOrganisation().organisationId };

  private constructor(
    readonly subject: TestSubgraph,
    private readonly urls: { readonly provider: string; readonly callback: string },
    private readonly closers: readonly (() => Promise<void>)[],
  ) {}

  /** Base URL of the sandbox. */
  get providerUrl(): string {
    return this.urls.provider;
  }

  /** Where the subgraph takes callbacks. */
  get callbackUrl(): string {
    return this.urls.callback;
  }

  static async open(): Promise<Clinic> {
    const routes: HttpRoute[] = [];
    const server = createServer((request, response) => routes[0]?.handle(request, response));
    const callbackUrl = `${await listen(server)}/v1/callbacks/payments`;
    const simulator = createPaymentSimulator({
      apiKey,
      webhook: { url: callbackUrl, secret: webhookSecret },
      webhookRetryDelaysMs: [10, 10, 10],
    });
    const providerUrl = await simulator.listen(0);
    const environment = {
      ...{ PAYMENTS_URL: providerUrl, PAYMENTS_API_KEY: apiKey, PAYMENTS_WEBHOOK_SECRET: webhookSecret },
      ...{ PAYMENTS_LEASE_MS: '200', PAYMENTS_TIMEOUT_MS: '5000' },
    };
    const subject = await startTestSubgraph(payments, { environment });
    routes.push(...subject.running.routes);
    const clinic = new Clinic(subject, { provider: providerUrl, callback: callbackUrl }, [
      () => simulator.close(),
      () => closeServer(server),
      () => subject.stop(),
    ]);
    await clinic.seed();
    return clinic;
  }

  /** A clinic on a subgraph that somebody else has started, without a provider. */
  static async without(subject: TestSubgraph): Promise<Clinic> {
    const clinic = new Clinic(subject, { provider: '', callback: '' }, []);
    await clinic.seed();
    return clinic;
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
  }

  async ask<T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { data, errors } = await this.subject.ask(actor, query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as T;
  }

  /** A draft over one follow-up: 120.00. */
  async draft(more: object = {}): Promise<InvoiceAnswer> {
    const { prices } = await this.ask<{ prices: { nodes: { id: string; code: string }[] } }>(
      this.billing,
      '{ prices { nodes { id code } } }',
    );
    const priceId = prices.nodes.find(({ code }) => code === 'DERMATOLOGY-FOLLOW-UP')?.id;
    const input = { idempotencyKey: newId('idk'), patientId: newId('pat'), lines: [{ priceId }], ...more };
    const { createInvoice } = await this.ask<{ createInvoice: { invoice: InvoiceAnswer } }>(this.billing, create, {
      input,
    });
    return createInvoice.invoice;
  }

  async finalize(
    id: string,
    ifVersion = 1,
  ): Promise<{ invoice: InvoiceAnswer | null; userErrors: { code: string }[] }> {
    const variables = { id, ifVersion };
    const answer = await this.ask<{ finalizeInvoice: { invoice: InvoiceAnswer; userErrors: { code: string }[] } }>(
      this.billing,
      finalize,
      variables,
    );
    return answer.finalizeInvoice;
  }

  /** An invoice over 120.00 that can be paid. */
  async bill(more: object = {}): Promise<InvoiceAnswer> {
    const { invoice } = await this.finalize((await this.draft(more)).id);
    if (!invoice) throw new Error('The draft could not be finalised');
    return invoice;
  }

  async pay(invoiceId: string, more: Record<string, unknown> = {}, actor = this.billing): Promise<PaymentAnswer> {
    const variables = { idempotencyKey: newId('idk'), invoiceId, ...more };
    return (await this.ask<{ startPayment: PaymentAnswer }>(actor, pay, variables)).startPayment;
  }

  /** The code of the error a payment ends with that nobody can answer. */
  async payInVain(invoiceId: string): Promise<unknown> {
    const { errors } = await this.subject.ask(this.billing, pay, { idempotencyKey: newId('idk'), invoiceId });
    return errors?.[0]?.extensions?.['code'];
  }

  async invoice(
    id: string,
    actor = this.billing,
  ): Promise<(InvoiceAnswer & { payments: { id: string; status: string; failureCode: string | null }[] }) | null> {
    const query = `query ($id: ID) { invoice(id: $id) { ${invoiceFields} payments { id status failureCode } } }`;
    return (await this.ask<{ invoice: never }>(actor, query, { id })).invoice;
  }

  /** Makes the sandbox misbehave; see its README. */
  async fault(mode: string): Promise<void> {
    await fetch(`${this.providerUrl}/v1/_faults`, { method: 'POST', body: JSON.stringify({ mode }) });
  }

  private async seed(): Promise<void> {
    const organisation = { ...this.organisation, name: 'Test', slug: 'test' };
    await this.subject.running.seedDemo({ organisation, people: [] });
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}

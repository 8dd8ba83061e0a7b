import { randomUUID } from 'node:crypto';
import { type Api, Refusal } from './api';
import { say } from './narrator';

/** What follows a decision: the patient is told, an appointment and an invoice follow, and the record shows it all. */

const pollMs = 100;
const patienceMs = 30_000;

/** Asks again until there is an answer: for what no subscription tells. */
async function eventually<T>(what: string, look: () => Promise<T | null | undefined>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Refusal(what, [{ code: 'TIMEOUT', message: `nothing came within ${String(patienceMs / 1000)} s` }]);
}

interface Outcome {
  readonly diagnoses: readonly {
    readonly source: string;
    readonly class: string | null;
    readonly malignancy: string;
    readonly code: { readonly code: string };
  }[];
  readonly outcome: { readonly management: string; readonly decidedBy: string } | null;
}

/** @param sources whose diagnoses the flow brings */
export async function showOutcome(api: Api, caseId: string, sources: readonly string[]): Promise<Outcome> {
  const found = await eventually('outcome', async () => {
    const { case: one } = await api.run<{ case: Outcome }>(
      'query outcome($id: ID!) { case(id: $id) { outcome { management decidedBy } diagnoses { source class malignancy code { code } } } }',
      { id: caseId },
    );
    const known = new Set(one.diagnoses.map(({ source }) => source));
    return one.outcome && sources.every((source) => known.has(source)) ? one : null;
  });
  for (const { source, class: lesion, malignancy, code } of found.diagnoses)
    say('diagnosis', `${source}  ${code.code}  ${lesion ?? ''}  ${malignancy}`);
  say('outcome', `${found.outcome?.management ?? ''} by ${found.outcome?.decidedBy ?? ''}`);
  return found;
}

export async function showNotification(patient: Api): Promise<void> {
  const item = await eventually('notification', async () => {
    const { me } = await patient.run<{ me: { inbox: { nodes: { title: string }[] } } }>(
      'query inbox { me { inbox(first: 5) { nodes { title } } } }',
    );
    return me.inbox.nodes[0];
  });
  say('patient’s inbox', item.title);
}

export async function showMail(mailbox: string | undefined, api: Api, patientId: string): Promise<void> {
  const messageId = await eventually('e-mail', async () => {
    const { patient } = await api.run<{
      patient: {
        notifications: {
          nodes: { deliveries: { channel: string; status: string; providerMessageId: string | null }[] }[];
        };
      };
    }>(
      'query deliveries($id: ID!) { patient(id: $id) { notifications(first: 5) { nodes { deliveries { channel status providerMessageId } } } } }',
      { id: patientId },
    );
    const mails = patient.notifications.nodes
      .flatMap(({ deliveries }) => deliveries)
      .filter(({ channel }) => channel === 'EMAIL');
    return mails.find(({ providerMessageId }) => providerMessageId !== null)?.providerMessageId;
  });
  if (mailbox === undefined) return;
  const messages = (await (await fetch(mailbox)).json()) as { messageId: string; subject: string }[];
  say('dev mailbox', messages.find((message) => message.messageId === messageId)?.subject ?? 'not there');
}

interface Slot {
  readonly token: string;
  readonly localStart: string;
}

export async function bookFollowUp(api: Api, patientId: string, caseId: string): Promise<string> {
  const entry = await eventually('waiting list', async () => {
    const { waitlist } = await api.run<{ waitlist: { nodes: { serviceType: { id: string; name: string } }[] } }>(
      'query waitingList($caseId: ID!) { waitlist(first: 5, caseId: $caseId) { nodes { serviceType { id name } } } }',
      { caseId },
    );
    return waitlist.nodes[0];
  });
  const from = new Date(Date.now() + 86_400_000).toISOString();
  const to = new Date(Date.now() + 15 * 86_400_000).toISOString();
  const { availableSlots } = await api.run<{ availableSlots: Slot[] }>(
    'query freeSlots($id: ID!, $from: DateTime!, $to: DateTime!) { availableSlots(serviceTypeId: $id, from: $from, to: $to, timeZone: "Europe/London") { token localStart } }',
    { id: entry.serviceType.id, from, to },
  );
  // Somebody else may take a slot while we look at it; the next one will do.
  for (const slot of availableSlots.slice(0, 20)) {
    const input = { idempotencyKey: randomUUID(), patientId, caseId, slotToken: slot.token };
    try {
      const { bookAppointment } = await api.run<{
        bookAppointment: { appointment: { id: string; status: string } };
      }>(
        'mutation bookAppointment($input: BookAppointmentInput!) { bookAppointment(input: $input) { appointment { id status } userErrors { code message } } }',
        { input },
      );
      const { id, status } = bookAppointment.appointment;
      say('appointment booked', `${entry.serviceType.name}  ${slot.localStart}  ${status}`);
      return id;
    } catch (error) {
      if (!(error instanceof Refusal) || error.answers[0]?.code !== 'SLOT_TAKEN') throw error;
    }
  }
  throw new Refusal('appointment', [{ code: 'SLOT_TAKEN', message: 'no free time within two weeks' }]);
}

interface Invoice {
  readonly id: string;
  readonly version: number;
  readonly number: string | null;
  readonly status: string;
  readonly total: { readonly amount: number; readonly currency: string };
}

const invoiceFields = 'id version number status total { amount currency }';

export async function settleInvoice(api: Api, appointmentId: string): Promise<void> {
  const invoice = async (): Promise<Invoice | null> => {
    const { appointment } = await api.run<{ appointment: { invoice: Invoice | null } }>(
      `query invoiceOf($id: ID!) { appointment(id: $id) { invoice { ${invoiceFields} } } }`,
      { id: appointmentId },
    );
    return appointment.invoice;
  };
  const draft = await eventually('draft invoice', invoice);
  say('invoice drafted', `${String(draft.total.amount / 100)} ${draft.total.currency}`);
  const { finalizeInvoice } = await api.run<{ finalizeInvoice: { invoice: Invoice } }>(
    `mutation finalizeInvoice($id: ID!, $ifVersion: Int!) { finalizeInvoice(id: $id, ifVersion: $ifVersion) { invoice { ${invoiceFields} } userErrors { code message } } }`,
    { id: draft.id, ifVersion: draft.version },
  );
  say('invoice finalised', finalizeInvoice.invoice.number ?? '');
  await api.run(
    'mutation pay($key: ID!, $id: ID!) { startPayment(idempotencyKey: $key, invoiceId: $id, method: CARD) { payment { status } userErrors { code message } } }',
    { key: randomUUID(), id: draft.id },
  );
  const paid = await eventually('payment', async () => {
    const now = await invoice();
    return now?.status === 'PAID' ? now : null;
  });
  say('invoice paid', `${paid.number ?? ''}  ${paid.status}`);
}

export async function printTimeline(api: Api, caseId: string): Promise<void> {
  const { case: found } = await api.run<{
    case: { timeline: { nodes: { at: string; type: string; from: string | null; to: string | null }[] } };
  }>('query timeline($id: ID!) { case(id: $id) { timeline(first: 100) { nodes { at type from to } } } }', {
    id: caseId,
  });
  process.stdout.write('\n  The case’s timeline\n');
  for (const { at, type, from, to } of [...found.timeline.nodes].sort((a, b) => a.at.localeCompare(b.at))) {
    process.stdout.write(`  ${at}  ${type.padEnd(26)} ${from ?? ''}${to === null ? '' : ` → ${to}`}\n`);
  }
}

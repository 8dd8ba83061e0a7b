import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf, startTestSubgraph, testOrganisation, type TestSubgraph } from '#shared/testing';
import { scheduling } from '.';

export const dayMs = 86_400_000;

export const slotsQuery = `query ($service: ID!, $from: DateTime!, $to: DateTime!, $practitioners: [ID!]) {
  availableSlots(serviceTypeId: $service, from: $from, to: $to, practitionerIds: $practitioners, timeZone: "America/New_York") {
    start end localStart token practitioner { id } location { id }
  }
}`;
export const book = `mutation ($input: BookAppointmentInput!) {
  bookAppointment(input: $input) {
    appointment { id version status start end isVirtual patient { id } practitioner { id } serviceType { key } availableTransitions }
    nextFree userErrors { code path }
  }
}`;

export interface SlotAnswer {
  readonly start: string;
  readonly end: string;
  readonly localStart: string;
  readonly token: string;
  readonly practitioner: { readonly id: string };
}

export interface Booking {
  readonly appointment: {
    readonly id: string;
    readonly version: number;
    readonly status: string;
    readonly start: string;
  } | null;
  readonly nextFree: readonly string[] | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** The scheduling subgraph of a clinic in London with two practitioners at work. */
export class Clinic {
  readonly organisation = testOrganisation();
  readonly practitionerIds = [newId('pra'), newId('pra')] as const;
  readonly desk = actorOf(this.organisation, {
    scopes: [
      ...(['scheduling:appointments:read', 'scheduling:appointments:write'] as const),
      ...(['scheduling:schedules:write', 'scheduling:practitioners:write'] as const),
    ],
  });
  readonly stranger: Actor = { ...this.desk, organisationId: testOrganisation().organisationId };
  /** Ids by key. */
  services: Readonly<Record<string, string>> = {};

  private constructor(readonly subject: TestSubgraph) {}

  static async open(): Promise<Clinic> {
    const clinic = new Clinic(await startTestSubgraph(scheduling));
    const person = { firstName: 'Pat', lastName: 'Example', email: 'p@example.org', password: 'x', roles: [] };
    const people = clinic.practitionerIds.map((practitionerId) => ({
      ...person,
      userId: newId('usr'),
      practitionerId,
    }));
    const organisation = { ...clinic.organisation, name: 'Test', slug: 'test' };
    const seeded = await clinic.subject.running.seedDemo({ organisation, people });
    clinic.services = seeded['serviceTypeIds'] as Record<string, string>;
    return clinic;
  }

  close(): Promise<void> {
    return this.subject.stop();
  }

  async ask<T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { data, errors } = await this.subject.ask(actor, query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as T;
  }

  /** What is free in the next two weeks. */
  async slots(
    service = 'dermatology-follow-up',
    practitioners: readonly string[] = this.practitionerIds,
  ): Promise<SlotAnswer[]> {
    const range = { from: new Date().toISOString(), to: new Date(Date.now() + 14 * dayMs).toISOString() };
    const variables = { service: this.services[service], practitioners, ...range };
    return (await this.ask<{ availableSlots: SlotAnswer[] }>(this.desk, slotsQuery, variables)).availableSlots;
  }

  inputFor(token: string, more: object = {}): { input: Record<string, unknown> } {
    return { input: { idempotencyKey: newId('idk'), patientId: newId('pat'), slotToken: token, ...more } };
  }

  async book(token: string, more: object = {}, actor = this.desk): Promise<Booking> {
    return (await this.ask<{ bookAppointment: Booking }>(actor, book, this.inputFor(token, more))).bookAppointment;
  }

  /** Books the last slot that is free, so that tests do not meet. */
  async bookSome(more: object = {}): Promise<NonNullable<Booking['appointment']>> {
    const { appointment, userErrors } = await this.book((await this.slots()).at(-1)?.token ?? '', more);
    if (!appointment) throw new Error(JSON.stringify(userErrors));
    return appointment;
  }
}

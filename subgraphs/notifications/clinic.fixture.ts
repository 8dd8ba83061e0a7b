import { type Actor } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';
import { newId } from '#shared/ids';
import { actorOf, testOrganisation, type TestSubgraph } from '#shared/testing';

interface Person {
  givenName: string;
  email: string | null;
  preferredLanguage: string | null;
  permitted: boolean;
}

/** Stands for clinical and consent: who the patients are, and who may be written to. */
export const people = new Map<string, Person>();

export function supergraph(_query: string, { id }: Record<string, unknown>): unknown {
  const person = people.get(String(id));
  if (!person) return { patient: null };
  const { permitted, ...identity } = person;
  return { patient: { identity, consentDecision: { permitted } } };
}

export function patientWith(more: Partial<Person> = {}): string {
  const patientId = newId('pat');
  const email = `${patientId}@canary.example`;
  people.set(patientId, { givenName: 'CANARYGIVEN', email, preferredLanguage: 'en-GB', permitted: true, ...more });
  return patientId;
}

const ofPatient = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Patient {
  notifications { nodes { id status category recipientPatient { id } template { key } deliveries {
    id channel status addressHint suppressedBy attempt error providerMessageId
  } } } } } }`;
const ofUser = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User {
  unreadCount inbox { totalCount nodes { id title body about readAt severity } } } } }`;
interface Delivery {
  id: string;
  channel: string;
  status: string;
  addressHint: string | null;
  suppressedBy: string | null;
  attempt: number;
  error: string | null;
  providerMessageId: string | null;
}
export interface Told {
  id: string;
  status: string;
  template: { key: string };
  deliveries: Delivery[];
}
interface Inbox {
  unreadCount: number;
  inbox: {
    totalCount: number;
    nodes: { id: string; title: string; body: string; about: string; readAt: string | null }[];
  };
}
/** What the tests ask of a running subgraph, through its front door. */
export class Clinic {
  readonly organisation = testOrganisation();
  readonly staff = actorOf(this.organisation, {
    scopes: ['notifications:templates:read', 'notifications:templates:write', 'notifications:messages:read'],
  });

  constructor(readonly subject: TestSubgraph) {}

  async ask<T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { data, errors } = await this.subject.ask(actor, query, variables);
    if (errors) throw new Error(`Refused: ${JSON.stringify(errors)}`);
    return data as T;
  }

  seed(): Promise<unknown> {
    return this.subject.running.seedDemo({
      organisation: { ...this.organisation, name: 'Test', slug: 'test' },
      people: [],
    });
  }

  decide(patientId: string, more: { referrerUserId?: string; id?: string } = {}): Promise<PlatformEvent> {
    const { referrerUserId = null, id = newId('evt') } = more;
    const caseId = newId('case');
    const data = { patientId, caseId, management: 'BIOPSY', decidedBy: 'HUMAN', referrerUserId } as const;
    return this.subject.deliver('clinical.case.decided', {
      organisation: this.organisation,
      resourceId: caseId,
      data,
      id,
    });
  }

  async told(patientId: string, actor = this.staff): Promise<Told[]> {
    const representations = [{ __typename: 'Patient', id: patientId }];
    const { _entities } = await this.ask<{ _entities: { notifications: { nodes: Told[] } }[] }>(actor, ofPatient, {
      representations,
    });
    return _entities[0]?.notifications.nodes ?? [];
  }

  settled(patientId: string, count = 1): Promise<Told[]> {
    return this.subject.until('all deliveries', async () => {
      const told = await this.told(patientId);
      const open = ['ACCEPTED', 'PROCESSING'];
      return told.length === count && told.every(({ status }) => !open.includes(status)) && told;
    });
  }

  reader(patientIds: readonly string[] = []): Actor {
    return actorOf(this.organisation, { scopes: ['notifications:inbox:self'], patientIds });
  }

  async inboxOf(actor: Actor, userId = actor.userId): Promise<Inbox> {
    const representations = [{ __typename: 'User', id: userId }];
    const [inbox] = (await this.ask<{ _entities: Inbox[] }>(actor, ofUser, { representations }))._entities;
    if (!inbox) throw new Error('A user has an inbox');
    return inbox;
  }
}

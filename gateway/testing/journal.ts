import { type ConsentConfig } from '../consent';
import { type GuardedGateway, guardHeader, openGuarded } from './agreements';

/**
 * Objects that need consent as a whole: notes of people, some of them nobody's. They are reached through lists, edges,
 * unions, interfaces, other subgraphs, what those provide and what they require.
 */
export const journalTypeDefs = {
  notes: `${guardHeader}
    interface Entry { id: ID! text: String! }
    type Note implements Entry @key(fields: "id") @consent(purpose: "READING") {
      id: ID!
      personId: ID
      text: String! @shareable
      mood: String @consent(purpose: "FEELING")
      answers: [Note!]! @listSize(assumedSize: 2)
      before: Note
    }
    type Memo implements Entry @key(fields: "id") { id: ID! text: String! }
    type Scan @key(fields: "id") @consent(purpose: "SCANNING", subject: "owner.id") { id: ID! file: String }
    union Paper = Note | Memo | Scan
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type NoteEdge { cursor: String! node: Note! }
    type Tally { subject: ID! count: Int! }
    type NoteConnection {
      edges: [NoteEdge!]!
      nodes: [Note!]!
      pageInfo: PageInfo!
      totalCount: Int! @counts(type: "Note", subjects: "tally")
      tally: [Tally!]! @inaccessible
    }
    type Binder { label: String! notes: [Note]! }
    type Query {
      notes(first: Int = 100, after: String): NoteConnection!
      note(id: ID!): Note
      entries: [Entry!]!
      papers: [Paper]
      grid: [[Note!]!]!
      binders: [Binder!]!
      scans: [Scan!]
    }
    type Mutation { mark: [Note!]! }
    type Subscription {
      noteChanged: Note @onEvent(types: ["clinical.case.*"])
      binderChanged: Binder @onEvent(types: ["clinical.case.*"])
    }`,
  desks: `${guardHeader}
    type Note @key(fields: "id") {
      id: ID!
      text: String! @external
      headline: String @requires(fields: "text")
      stars: String
    }
    type Scan @key(fields: "id") { id: ID! owner: Person }
    type Person @key(fields: "id") { id: ID! }
    type Desk { top: Note @provides(fields: "text") pile: [Note!] @provides(fields: "text") }
    type Query { desk: Desk best: [Note!]! }`,
};

/** Notes are numbered; each is of the person of its number modulo four, and every fourth is nobody's. */
export const noteCount = 8;
const ids = Array.from({ length: noteCount }, (_, index) => `note-${String(index)}`);

export function personOf(id: string): string | null {
  const number = Number(id.split('-')[1]) % 4;
  return number === 3 ? null : `person-${String(number)}`;
}

interface Thing {
  readonly id: string;
}

const noteOf = (id: string): object => ({ __typename: 'Note', id, personId: personOf(id), text: `Text of ${id}` });
const scanOf = (id: string): object => ({ __typename: 'Scan', id, file: `File of ${id}` });
const memo = { __typename: 'Memo', id: 'memo-0', text: 'Text of memo-0' };
const notes = (): object[] => ids.map(noteOf);

const tally = (): object[] =>
  ['person-0', 'person-1', 'person-2'].map((subject) => ({
    subject,
    count: ids.filter((id) => personOf(id) === subject).length,
  }));

/** Whose this one is the other subgraph cannot say. */
const lostScan = 'scan-2';

function ownedScan(id: string): Promise<object> {
  if (id === lostScan) return Promise.reject(new Error('The owner cannot be found'));
  return Promise.resolve({ id, owner: { id: id.replace('scan', 'person') } });
}

function page({ first, after }: { first: number; after?: string | null }): object {
  const start = after ? ids.indexOf(after) + 1 : 0;
  const shown = ids.slice(start, start + first);
  const pageInfo = { hasNextPage: start + first < ids.length, endCursor: shown.at(-1) ?? null };
  const nodes = shown.map(noteOf);
  return { nodes, edges: shown.map((id) => ({ cursor: id, node: noteOf(id) })), pageInfo, tally: tally() };
}

const resolvers = {
  notes: {
    Query: {
      notes: (_root: unknown, given: { first: number; after?: string }) => page(given),
      note: (_root: unknown, { id }: Thing) => noteOf(id),
      entries: () => [memo, ...notes()],
      papers: () => [...notes(), null, memo, scanOf('scan-0'), scanOf('scan-1')],
      grid: () => [notes().slice(0, 3), [], notes().slice(3)],
      binders: () => [
        { label: 'first', notes: [null, ...notes()] },
        { label: 'empty', notes: [] },
      ],
      scans: () => ['scan-0', 'scan-1', lostScan].map(scanOf),
    },
    Mutation: { mark: notes },
    Note: {
      __resolveReference: ({ id }: Thing) => noteOf(id),
      mood: ({ id }: Thing) => `Mood of ${id}`,
      answers: () => notes().slice(0, 2),
      before: ({ id }: Thing) => noteOf(`note-${String((Number(id.split('-')[1]) + 7) % 8)}`),
    },
    Scan: { __resolveReference: ({ id }: Thing) => scanOf(id) },
    Subscription: {
      noteChanged: (_root: unknown, _given: unknown, { event }: { event?: { resourceId: string } }) =>
        event && noteOf(event.resourceId),
      binderChanged: () => ({ label: 'live', notes: notes() }),
    },
  },
  desks: {
    Note: {
      __resolveReference: (note: object) => note,
      stars: ({ id }: Thing) => `Stars of ${id}`,
      headline: ({ text }: { text?: string }) => text && `${text}!`,
    },
    Scan: { __resolveReference: ({ id }: Thing) => ownedScan(id) },
    Query: {
      desk: () => ({ top: noteOf('note-1'), pile: notes() }),
      best: () => ids.map((id) => ({ id })),
    },
  },
};

/** A gateway over the journal, listening on a free port. */
export function openJournal(consent?: ConsentConfig | null): Promise<GuardedGateway> {
  const { notes: ofNotes, desks } = journalTypeDefs;
  return openGuarded(
    {
      notes: { typeDefs: ofNotes, resolvers: resolvers.notes },
      desks: { typeDefs: desks, resolvers: resolvers.desks },
    },
    consent,
  );
}

import { codesByPath } from '../testing/test-gateway';
import { type FieldFault, Faults, type Outage } from './faults';
import { ledger } from './fixtures/ledger';
import { type ConformanceGateway, startConformanceGateway } from './harness';

/** Where nulls go and what errors say when something goes wrong in a subgraph. */
let gateway: ConformanceGateway;

beforeAll(async () => {
  gateway = await startConformanceGateway(ledger);
});

afterAll(() => gateway.close());

async function askAmid(
  query: string,
  { fields = [], outages = [] }: { fields?: readonly FieldFault[]; outages?: readonly Outage[] },
): Promise<{ data: unknown; codes: Record<string, unknown> }> {
  const { data, errors } = await gateway.askAmid(new Faults(fields, outages), query);
  return { data, codes: codesByPath(errors) };
}

test('an error has the place in the whole answer, with indices and the names that the client gave', async () => {
  const query = '{ shelf: maybeBooks { rows: entries { memo id } } }';
  const fault: FieldFault = { subgraph: 'entries', coordinate: 'Entry.memo', kind: 'error', parity: 0 };
  const row = (number: number): object => ({
    memo: number % 2 === 0 ? null : `Entry.memo ${number}`,
    id: `id-${number}`,
  });
  expect(await askAmid(query, { fields: [fault] })).toEqual({
    data: { shelf: [{ rows: [row(11), row(12)] }, { rows: [row(21), row(22)] }] },
    codes: { 'shelf.0.rows.1.memo': 'CONFLICT', 'shelf.1.rows.1.memo': 'CONFLICT' },
  });
});

test('a null bubbles from one subgraph through the objects of another to the nearest field that may be null', async () => {
  const query = '{ maybeBooks { title entries { auditor { email } } } }';
  const fault: FieldFault = { subgraph: 'people', coordinate: 'Auditor.email', kind: 'error', parity: 1 };
  expect(await askAmid(query, { fields: [fault] })).toEqual({
    data: { maybeBooks: [null, null] },
    codes: { 'maybeBooks.0.entries.0.auditor.email': 'CONFLICT', 'maybeBooks.1.entries.0.auditor.email': 'CONFLICT' },
  });
});

test('of two entities the one that is not there is null, and the other is whole', async () => {
  const fault: FieldFault = { subgraph: 'entries', coordinate: 'Book.*', kind: 'null', parity: 1 };
  expect(await askAmid('{ maybeBooks { title lastEntry { amount } } }', { fields: [fault] })).toEqual({
    data: {
      maybeBooks: [
        { title: 'Book.title 1', lastEntry: null },
        { title: 'Book.title 2', lastEntry: { amount: 2 } },
      ],
    },
    codes: {},
  });
});

test('an entity that is not there, but may not be missing, is an error that nobody else reported', async () => {
  const fault: FieldFault = { subgraph: 'entries', coordinate: 'Book.*', kind: 'null', parity: 1 };
  expect(await askAmid('{ maybeBooks { strictEntry { amount } } }', { fields: [fault] })).toEqual({
    data: { maybeBooks: [null, { strictEntry: { amount: 2 } }] },
    codes: { 'maybeBooks.0.strictEntry': 'UPSTREAM_UNAVAILABLE' },
  });
});

test('a subgraph that breaks its own promise costs no more than the nearest nullable field', async () => {
  const fault: FieldFault = { subgraph: 'books', coordinate: 'Page.number', kind: 'breach', parity: null };
  expect(await askAmid('{ maybeBooks { title cover { number } } }', { fields: [fault] })).toEqual({
    data: {
      maybeBooks: [
        { title: 'Book.title 1', cover: null },
        { title: 'Book.title 2', cover: null },
      ],
    },
    codes: {
      'maybeBooks.0.cover.number': 'UPSTREAM_UNAVAILABLE',
      'maybeBooks.1.cover.number': 'UPSTREAM_UNAVAILABLE',
    },
  });
});

test.each(['unreachable', 'refusing'] as const)(
  'a subgraph that is %s takes only its own fields with it',
  async (kind) => {
    const query = '{ maybeBooks { title lastEntry { amount } } boss { name } }';
    const { data, codes } = await askAmid(query, { outages: [{ subgraph: 'entries', kind }] });
    expect(data).toEqual({
      maybeBooks: [
        { title: 'Book.title 1', lastEntry: null },
        { title: 'Book.title 2', lastEntry: null },
      ],
      boss: { name: 'Auditor.name 1' },
    });
    expect(Object.keys(codes)).toEqual(['maybeBooks.0.lastEntry', 'maybeBooks.1.lastEntry']);
  },
);

test('a mutation that fails does not keep the next one from running', async () => {
  const query = 'mutation { reject post(entry: { amount: 1 }) { amount } clear }';
  const fault: FieldFault = { subgraph: 'audit', coordinate: 'Mutation.reject', kind: 'error', parity: null };
  expect(await askAmid(query, { fields: [fault] })).toEqual({
    data: { reject: null, post: { amount: 1 }, clear: 0 },
    codes: { reject: 'CONFLICT' },
  });
});

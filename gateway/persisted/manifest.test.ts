import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clinicSupergraph } from '../testing/test-gateway';
import { ManifestError, PersistedDocuments, documentIdOf, openManifest, readManifest, variablesSchema } from '.';

const ping = 'query Ping { ping }';
const touch = 'mutation Touch { touch }';
const person = '# A person by id.\nquery Person($id: ID!) { person(id: $id) { id name } }';
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  file = join(folder, 'manifest.json');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(content: unknown): void {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const empty = (): PersistedDocuments =>
  new PersistedDocuments({ only: 'off', clients: new Set(), automaticLength: 0, count: () => undefined });

test('a manifest may be a map from ids to documents, as code generators write it', () => {
  write({ [documentIdOf(ping).slice('sha256:'.length)]: ping, [documentIdOf(touch)]: touch });
  expect([...readManifest(file).keys()].sort()).toEqual(
    [documentIdOf(ping).slice('sha256:'.length), documentIdOf(ping), documentIdOf(touch)].sort(),
  );
});

test('a manifest tells what each operation is', () => {
  write({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [
      { id: 'person-v1', name: 'Person', type: 'query', body: person },
      { id: documentIdOf(touch), name: 'Touch', type: 'mutation', body: touch, description: 'Touches.' },
    ],
  });
  const persisted = empty();
  persisted.replace(readManifest(file));
  expect(persisted.operations.map(({ name, kind, description }) => ({ name, kind, description }))).toEqual([
    { name: 'Person', kind: 'query', description: 'A person by id.' },
    { name: 'Touch', kind: 'mutation', description: 'Touches.' },
  ]);
});

test('a manifest tells what the variables of an operation may be, as JSON Schema', () => {
  const text = 'query People($first: Int, $id: ID! = "p", $ids: [ID!]!) { people(first: $first) { id } }';
  write({ [documentIdOf(text)]: text });
  const operation = readManifest(file).get(documentIdOf(text))!;
  expect(variablesSchema(operation, clinicSupergraph.schema)).toEqual({
    type: 'object',
    properties: {
      first: { anyOf: [{ type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }, { type: 'null' }] },
      id: { type: 'string' },
      ids: { type: 'array', items: { type: 'string' } },
    },
    required: ['ids'],
    additionalProperties: false,
  });
});

test.each([
  ['{', /not a manifest.*\n {2}- /],
  [{ format: 'apollo-persisted-query-manifest', version: 2, operations: [] }, /version/],
  [{ format: 'other' }, /format/],
  [[ping], /expected record/],
  [{ [documentIdOf('{ other }')]: ping }, /is not the SHA-256 of its document/],
  [{ one: '{ ping' }, /one is not a GraphQL document/],
  [{ one: '{ ping }' }, /one has an operation without a name/],
  [{ one: 'query A { ping } query B { ping }' }, /one has 2 operations instead of one/],
  [{ one: 'fragment F on Query { ping }', two: '{ ping }' }, /- one has 0 [^]*- two has/],
])('a manifest is refused with every reason: %j', (content, reason) => {
  write(content);
  expect(() => readManifest(file)).toThrow(ManifestError);
  expect(() => readManifest(file)).toThrow(reason);
});

test('a manifest is replaced when its file changes, and stays when the file breaks', async () => {
  write({ [documentIdOf(ping)]: ping });
  const persisted = empty();
  const seen: string[] = [];
  let wake = (): void => undefined;
  const note = (what: string) => (): void => {
    seen.push(what);
    wake();
  };
  const until = async (count: number): Promise<void> => {
    while (seen.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  const watch = openManifest({
    file,
    documents: persisted,
    intervalMs: 10,
    onReplaced: note('replaced'),
    onFailure: note('failed'),
  });
  write({ [documentIdOf(touch)]: touch });
  await until(1);
  expect(persisted.operations.map(({ name }) => name)).toEqual(['Touch']);
  write('{');
  await until(2);
  watch.reread();
  watch.close();
  expect(seen).toEqual(['replaced', 'failed', 'failed']);
  expect(persisted.operations.map(({ name }) => name)).toEqual(['Touch']);
});

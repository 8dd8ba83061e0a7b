import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clinicTypeDefs } from '../testing/clinic';
import { clinicSubgraphs } from '../testing/test-gateway';
import {
  type LoadedSupergraph,
  SupergraphError,
  type SupergraphWatch,
  composeSupergraph,
  composedFile,
  findSecurityDirectives,
  loadSupergraph,
  roverConfig,
  watchSupergraph,
} from '.';

const intervalMs = 10;
let folder: string;
let file: string;
let watch: SupergraphWatch | null;
let failures: unknown[];
let wake: () => void;
let served: LoadedSupergraph[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  file = join(folder, 'supergraph.graphql');
  failures = [];
  served = [];
  wake = () => undefined;
  watch = null;
});

afterEach(async () => {
  await watch?.close();
  rmSync(folder, { recursive: true });
});

function compose(typeDefs: string): string {
  const head = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
  return composeSupergraph([{ name: 'one', url: 'http://127.0.0.1/', typeDefs: `${head} ${typeDefs}` }]);
}

/** Waits until something has been served or refused. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise<void>((resolve) => (wake = resolve));
}

async function follow(source = composedFile(file), everyMs = intervalMs): Promise<void> {
  watch = watchSupergraph({
    source,
    current: loadSupergraph(await source.read()),
    intervalMs: everyMs,
    onSupergraph: (supergraph) => {
      served.push(supergraph);
      wake();
      return Promise.resolve();
    },
    onFailure: (error) => {
      failures.push(error);
      wake();
    },
  });
}

const fieldsOf = ({ schema }: LoadedSupergraph): string[] => Object.keys(schema.getQueryType()?.getFields() ?? {});

test('serves what a composed file comes to hold, and what it is swapped for', async () => {
  writeFileSync(file, compose('type Query { a: Int }'));
  await follow();
  writeFileSync(file, compose('type Query { a: Int b: Int }'));
  await until(() => served.length === 1);
  writeFileSync(`${file}.new`, compose('type Query { c: Int }'));
  renameSync(`${file}.new`, file);
  await until(() => served.length === 2);
  expect(served.map(fieldsOf)).toEqual([['a', 'b'], ['c']]);
  expect(failures).toEqual([]);
});

test('reports a file that holds no supergraph and goes on looking', async () => {
  writeFileSync(file, compose('type Query { a: Int }'));
  await follow();
  writeFileSync(file, 'type Query {');
  await until(() => failures.length === 1);
  expect(failures[0]).toBeInstanceOf(SupergraphError);
  writeFileSync(file, compose('type Query { b: Int }'));
  await until(() => served.length === 1);
  expect(fieldsOf(served[0]!)).toEqual(['b']);
});

test('reads again on demand, and takes what is served already for no change', async () => {
  writeFileSync(file, compose('type Query { a: Int }'));
  await follow(composedFile(file), 3_600_000);
  await watch?.reread();
  expect(served).toEqual([]);
  rmSync(file);
  await watch?.reread();
  expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('cannot be read') })]);
});

test('composes anew when the schema of a subgraph changes, off the thread that answers', async () => {
  const config = join(folder, 'supergraph.yaml');
  const entry = 'clinical: { routing_url: "http://127.0.0.1/", schema: { file: clinical.graphql } }';
  writeFileSync(config, `federation_version: =2.14.4\nsubgraphs:\n  ${entry}\n`);
  const schema = join(folder, 'clinical.graphql');
  writeFileSync(schema, clinicTypeDefs.clinical);
  await follow(roverConfig(config));
  writeFileSync(schema, clinicTypeDefs.clinical.replace('ping: String!', 'ping: String! pong: Int'));
  await until(() => served.length === 1);
  expect(fieldsOf(served[0]!)).toContain('pong');
  writeFileSync(schema, clinicTypeDefs.clinical.replace('cases(first: Int): [Case]', 'cases: [Nothing]'));
  await until(() => failures.length === 1);
  expect(String(failures[0])).toContain('Nothing');
  writeFileSync(config, 'subgraphs: [');
  await until(() => failures.length === 2);
  expect(String(failures[1])).toContain('supergraph.yaml cannot be read');
});

test('composes in the background to the letter what it composes in the foreground', async () => {
  const config = join(folder, 'supergraph.yaml');
  const entries = clinicSubgraphs.map(({ name, url, typeDefs }) => {
    writeFileSync(join(folder, `${name}.graphql`), typeDefs);
    return `  ${name}: { routing_url: "${url}", schema: { file: ${name}.graphql } }`;
  });
  writeFileSync(config, ['federation_version: =2.14.4', 'subgraphs:', ...entries].join('\n'));
  expect(await roverConfig(config).read()).toBe(composeSupergraph(clinicSubgraphs));
});

test('keeps rules that a supergraph has under other names', () => {
  const supergraph = loadSupergraph(
    composeSupergraph([
      {
        name: 'one',
        url: 'http://127.0.0.1/',
        typeDefs: `
          extend schema @link(
            url: "https://specs.apollo.dev/federation/v2.9"
            import: [{ name: "@requiresScopes", as: "@needs" }, { name: "@authenticated", as: "@known" }, { name: "@listSize", as: "@size" }]
          )
          type Query { a: Int @needs(scopes: [["x"]]) b: Int @known c: [Int] @size(assumedSize: 3) }`,
      },
    ]),
  );
  expect(findSecurityDirectives(supergraph.policy)).toEqual(['authenticated', 'requiresScopes']);
});

test('says that a supergraph asks for nobody by name when its rules are defined and not used', () => {
  const sdl = compose('type Query { a: Int }');
  expect(findSecurityDirectives(loadSupergraph(sdl).policy)).toEqual([]);
  expect(findSecurityDirectives(loadSupergraph(composeSupergraph(clinicSubgraphs)).policy)).toEqual([
    'authenticated',
    'requiresScopes',
  ]);
});

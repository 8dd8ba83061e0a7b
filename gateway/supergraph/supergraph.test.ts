import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from 'graphql';
import { clinicSubgraphs } from '../testing/test-gateway';
import { SupergraphError, composeSupergraph, findSecurityDirectives, loadSupergraph, readSubgraphs } from '.';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function writeConfig(names: readonly string[]): string {
  const entries = names.map(
    (name) => `  ${name}: { routing_url: "http://127.0.0.1/${name}", schema: { file: ./${name}.graphql } }`,
  );
  const file = join(folder, 'supergraph.yaml');
  writeFileSync(file, ['federation_version: =2.14.4', 'subgraphs:', ...entries].join('\n'));
  return file;
}

test("composes the subgraphs of a configuration in Rover's format, whose addresses can be replaced", () => {
  for (const { name, typeDefs } of clinicSubgraphs) writeFileSync(join(folder, `${name}.graphql`), typeDefs);
  const subgraphs = readSubgraphs(writeConfig(['clinical', 'reviews']), {
    urls: new Map([['reviews', 'http://elsewhere/']]),
  });
  const supergraph = loadSupergraph(composeSupergraph(subgraphs));
  expect(supergraph.subgraphs).toEqual([
    { name: 'clinical', url: 'http://127.0.0.1/clinical' },
    { name: 'reviews', url: 'http://elsewhere/' },
  ]);
});

test('refuses a missing schema file by name, or leaves its subgraph out when told to', () => {
  writeFileSync(join(folder, 'reviews.graphql'), 'type Query { one: Int }');
  const file = writeConfig(['clinical', 'reviews']);
  expect(() => readSubgraphs(file)).toThrow(/clinical: there is no .*clinical\.graphql/);
  expect(readSubgraphs(file, { skipMissing: true }).map(({ name }) => name)).toEqual(['reviews']);
  expect(readSubgraphs(file, { only: ['reviews'] })).toHaveLength(1);
});

test('says every reason why subgraphs do not compose in one error', () => {
  const of = (name: string, type: string): { name: string; url: string; typeDefs: string } => ({
    name,
    url: 'http://127.0.0.1',
    typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") type Query { one: ${type} two: ${type} }`,
  });
  const compose = (): string => composeSupergraph([of('first', 'Int'), of('second', 'String')]);
  expect(compose).toThrow(SupergraphError);
  expect(compose).toThrow(/do not compose:\n {2}- [A-Z_]+: .*Query\.one[^]*\n {2}- .*Query\.two/);
});

test('names the subgraph whose schema is not SDL', () => {
  expect(() => composeSupergraph([{ name: 'clinical', url: 'http://127.0.0.1', typeDefs: 'type {' }])).toThrow(
    /clinical/,
  );
});

test('shows clients neither policies nor the parts that belong to federation', () => {
  const { schema } = loadSupergraph(composeSupergraph(clinicSubgraphs));
  expect(Object.keys(schema.getTypeMap()).filter((name) => /^(join__|link__|_)[A-Z]/.test(name))).toEqual([]);
  expect(schema.getDirective('requiresScopes')).toBeUndefined();
});

test('a directive of somebody else’s specification is not taken for a rule of ours, under whatever name', () => {
  const subgraph = (name: string): { name: string; url: string; typeDefs: string } => ({
    name,
    url: 'http://127.0.0.1',
    typeDefs: `
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@requiresScopes"])
        @link(url: "https://specs.example.com/acme/v1.0", import: [{ name: "@policy", as: "@acmePolicy" }, { name: "@note", as: "@cost" }])
        @composeDirective(name: "@acmePolicy") @composeDirective(name: "@cost")
      directive @acmePolicy(text: String) on FIELD_DEFINITION
      directive @cost(cents: Int) on FIELD_DEFINITION
      type Query { price: Int @acmePolicy(text: "P") @cost(cents: 3) @requiresScopes(scopes: [["clinical:cases:read"]]) }`,
  });
  const { policy } = loadSupergraph(composeSupergraph([subgraph('shop')]));
  const sdl = print(policy);
  expect(sdl).toContain('@acmePolicy(text: "P")');
  expect(sdl).toContain('@cost(cents: 3)');
  expect(findSecurityDirectives(policy)).toEqual(['requiresScopes']);
});

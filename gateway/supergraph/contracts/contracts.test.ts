import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { SupergraphError, applyContract, composeSupergraph, loadSupergraph, readContracts, type Contract } from '..';

const header = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@tag", "@inaccessible", "@shareable"])`;

const shop = composeSupergraph([
  {
    name: 'shop',
    url: 'http://127.0.0.1/shop',
    typeDefs: `${header}
      type Query {
        product(id: ID!, debug: Boolean @tag(name: "internal")): Product @tag(name: "partner")
        media: Media @tag(name: "partner")
        audit: [AuditEntry!] @tag(name: "internal")
        hidden: String @inaccessible
      }
      type Mutation { charge(input: Charge!): Int }
      interface Named { name: String! code: String }
      type Product implements Named @key(fields: "id") {
        id: ID! @tag(name: "partner")
        name: String! @tag(name: "partner")
        code: String
        weight: Int
        size: Size @tag(name: "partner")
      }
      union Media @tag(name: "partner") = Book | Film
      type Book @tag(name: "partner") { title: String! }
      type Film @tag(name: "internal") { title: String! }
      type AuditEntry { at: String by: Secret }
      type Secret { name: String }
      enum Size { SMALL LARGE HUGE @tag(name: "internal") }
      input Charge { amount: Int! }
    `,
  },
  {
    name: 'delivery',
    url: 'http://127.0.0.1/delivery',
    typeDefs: `${header}
      type Product @key(fields: "id") {
        id: ID!
        weight: Int @external
        delivery: Int @requires(fields: "weight") @tag(name: "partner")
      }
    `,
  },
]);

function clientSchema(contract: Partial<Contract>): string {
  const { sdl } = applyContract(shop, { include: [], exclude: [], hideUnreachableTypes: true, ...contract });
  return printSchema(loadSupergraph(sdl).schema);
}

describe('a contract that includes', () => {
  const schema = clientSchema({ include: ['partner'], exclude: ['internal'] });

  test('leaves the fields that bear the tag, by themselves or by their type, and nothing else', () => {
    expect(schema).toMatchInlineSnapshot(`
      "directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT

      type Book {
        title: String!
      }

      union Media = Book

      type Product {
        id: ID!
        delivery: Int
        name: String!
        size: Size
      }

      type Query {
        product(id: ID!): Product
        media: Media
      }

      enum Size {
        SMALL
        LARGE
      }"
    `);
  });

  test('hides from clients only: a field that another requires is still planned', () => {
    const { sdl } = applyContract(shop, { include: ['partner'], exclude: [], hideUnreachableTypes: true });
    expect(sdl).toMatch(/weight: Int .*@inaccessible/);
    expect(sdl).toMatch(/delivery: Int @join__field\(graph: DELIVERY, requires: "weight"\)/);
  });
});

describe('a contract that excludes', () => {
  test('takes away what bears the tag: fields, arguments, values, types and their places in unions', () => {
    const schema = clientSchema({ exclude: ['internal'] });
    for (const gone of ['audit', 'debug', 'HUGE', 'Film']) expect(schema).not.toContain(gone);
    for (const kept of ['product(id: ID!)', 'charge', 'weight', 'union Media = Book', 'LARGE'])
      expect(schema).toContain(kept);
  });

  test('takes away types that nothing leads to any more, unless they are to stay', () => {
    expect(clientSchema({ exclude: ['internal'] })).not.toMatch(/AuditEntry|Secret/);
    expect(clientSchema({ exclude: ['internal'], hideUnreachableTypes: false })).toMatch(/AuditEntry[^]*Secret/);
  });

  test('never shows what the supergraph hides from everybody', () => {
    expect(clientSchema({ exclude: ['nothing'] })).not.toContain('hidden');
  });
});

test('refuses a contract that leaves a field and takes its type, naming both', () => {
  const sdl = composeSupergraph([
    {
      name: 'one',
      url: 'http://127.0.0.1/',
      typeDefs: `${header} type Query { a: A b: Int } type A @tag(name: "internal") { id: ID! }`,
    },
  ]);
  const apply = (): unknown => applyContract(sdl, { include: [], exclude: ['internal'], hideUnreachableTypes: true });
  expect(apply).toThrow(SupergraphError);
  expect(apply).toThrow(/"A" is @inaccessible but is referenced by "Query.a"/);
});

test('knows tags and @inaccessible under the names a supergraph gives them', () => {
  const sdl = composeSupergraph([
    {
      name: 'one',
      url: 'http://127.0.0.1/',
      typeDefs: `
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{ name: "@tag", as: "@label" }, { name: "@inaccessible", as: "@secret" }])
        type Query { a: Int @label(name: "internal") b: Int c: Int @secret }`,
    },
  ]);
  const contract = { include: [], exclude: ['internal'], hideUnreachableTypes: true };
  const { schema } = loadSupergraph(applyContract(sdl, contract).sdl);
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['b']);
});

test('says when nothing bears its tags: the contract is then the whole supergraph, or nothing', () => {
  const contract = { include: [], exclude: ['elsewhere'], hideUnreachableTypes: true };
  expect(applyContract(shop, contract).bearsTags).toBe(false);
  expect(applyContract(shop, { ...contract, exclude: ['internal'] }).bearsTags).toBe(true);
  expect(() => applyContract(shop, { ...contract, include: ['elsewhere'] })).toThrow(SupergraphError);
});

describe('the list of contracts', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'contracts-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function read(text: string): ReturnType<typeof readContracts> {
    writeFileSync(join(folder, 'contracts.yaml'), text);
    return readContracts(join(folder, 'contracts.yaml'));
  }

  test('gives each contract by name', () => {
    expect(read('contracts: { partner: { include: [partner], exclude: [internal] } }')).toEqual(
      new Map([['partner', { include: ['partner'], exclude: ['internal'], hideUnreachableTypes: true }]]),
    );
  });

  test.each([
    ['contracts: { partner: {} }', /includes and excludes nothing/],
    ['contracts: { partner: { include: [a], exclude: [a] } }', /includes and excludes one tag/],
    ['contracts: { partner: { include: ["a b"] } }', /partner\.include\.0: is not the name of a tag/],
    ['contracts: { partner: { includes: [a] } }', /Unrecognized key/],
    ['contracts: [', /cannot be read/],
  ])('refuses %s', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });
});

import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { type TestSubgraph, startTestSubgraph } from '#shared/testing';
import { compatibilitySubgraph } from './compatibility.fixture';

/** What Apollo's subgraph compatibility suite asks of an implementation of subgraphs, one test for each of its checks. */
let products: TestSubgraph;
let sdl: string;

beforeAll(async () => {
  products = await startTestSubgraph(compatibilitySubgraph);
  const { data } = await products.ask(null, '{ _service { sdl } }');
  sdl = (data as { _service: { sdl: string } })._service.sdl;
});

afterAll(() => products.stop());

async function entities(representations: readonly object[], selection: string): Promise<unknown> {
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`;
  const { data, errors } = await products.ask(null, query, { representations });
  expect(errors).toBeUndefined();
  return data?.['_entities'];
}

/** The SDL of one definition, in one line. */
function definitionOf(typeName: string): string {
  const text = new RegExp(`^type ${typeName}\\b[^]*?^}`, 'm').exec(sdl)?.[0];
  if (text === undefined) throw new Error(`The SDL has no type ${typeName}`);
  return text.replaceAll(/\s+/g, ' ');
}

describe('the schema that it shows of itself', () => {
  test('_service: is SDL of everything that it defines', () => {
    const defined = parse(sdl).definitions.flatMap((node) => ('name' in node ? [node.name.value] : []));
    expect(defined).toEqual(
      expect.arrayContaining([
        'Query',
        'Product',
        'ProductVariation',
        'ProductDimension',
        'ProductResearch',
        'CaseStudy',
      ]),
    );
  });

  test('@link: names the version of federation and what is imported', () => {
    expect(sdl).toMatch(/@link\(\s*url: "https:\/\/specs\.apollo\.dev\/federation\/v2\.\d+",\s*import: \[/);
  });

  test('@composeDirective: its own directives reach the supergraph', () => {
    expect(sdl).toMatch(/@link\(\s*url: "https:\/\/specs\.platform\.dev\/guard\/v1\.0"/);
    expect(sdl).toContain('@composeDirective(name: "@phi")');
    expect(definitionOf('ProductResearch')).toContain('outcome: String @phi');
  });

  test('repeatable @key: of one field, of several, of a nested one', () => {
    const product = definitionOf('Product');
    for (const fields of ['id', 'sku package', 'sku variation { id }']) {
      expect(product).toContain(`@key(fields: "${fields}")`);
    }
  });

  test('@key(resolvable: false): names an entity without answering for it', async () => {
    expect(definitionOf('Warehouse')).toContain('@key(fields: "id", resolvable: false)');
    expect((await products.ask(null, '{ warehouse { id } }')).data).toEqual({ warehouse: { id: 'w1' } });
  });

  test.each([
    ['@shareable', 'ProductDimension', 'type ProductDimension @shareable'],
    ['@inaccessible', 'ProductDimension', 'unit: String @inaccessible'],
    ['@tag', 'Product', 'notes: String @tag(name: "internal")'],
    ['@provides', 'Product', 'createdBy: User @provides(fields: "totalProductsCreated")'],
    ['@external', 'User', 'yearsOfEmployment: Int! @external'],
    ['@override', 'User', 'name: String @federation__override(from: "users")'],
    ['@requires', 'User', '@requires(fields: "totalProductsCreated yearsOfEmployment")'],
    ['@interfaceObject', 'Inventory', '@federation__interfaceObject'],
  ])('%s: is written where it was declared', (_directive, typeName, text) => {
    expect(definitionOf(typeName)).toContain(text);
  });

  test('the introspection of entities: a union of all types that can be asked for', async () => {
    const query = `{
      entity: __type(name: "_Entity") { kind possibleTypes { name } }
      any: __type(name: "_Any") { kind }
      service: __type(name: "_Service") { fields { name } }
      query: __type(name: "Query") { fields { name } }
    }`;
    const { data } = await products.ask(null, query);
    expect(data).toMatchObject({
      entity: { kind: 'UNION' },
      any: { kind: 'SCALAR' },
      service: { fields: [{ name: 'sdl' }] },
    });
    const { entity, query: root } = data as Record<
      string,
      { possibleTypes: { name: string }[]; fields: { name: string }[] }
    >;
    const names = entity?.possibleTypes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Product', 'ProductResearch', 'User', 'Inventory']));
    expect(root?.fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['_entities', '_service']));
  });

  test('composes with its neighbours, so that the gateway can plan with it', () => {
    const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`;
    const users = `${header}
      type User @key(fields: "email") {
        email: ID! name: String totalProductsCreated: Int @shareable yearsOfEmployment: Int!
      }`;
    const inventory = `${header}
      interface Inventory @key(fields: "id") { id: ID! }
      type Shelf implements Inventory @key(fields: "id") { id: ID! }
      type Warehouse @key(fields: "id") { id: ID! city: String }
      type Query { shelf: Shelf }`;
    const definitions = { products: sdl, users, inventory };
    const composed = composeServices(
      Object.entries(definitions).map(([name, text]) => ({ name, url: `http://${name}`, typeDefs: parse(text) })),
    );
    expect(composed.errors).toBeUndefined();
    expect(composed.supergraphSdl).toContain('@phi');
  });
});

describe('entities', () => {
  const federation = { __typename: 'Product', id: 'apollo-federation' };

  test('@key (single): are found by one field', async () => {
    expect(await entities([federation], '... on Product { sku }')).toEqual([{ sku: 'federation' }]);
  });

  test('@key (multiple): are found by several fields together', async () => {
    const representation = { __typename: 'Product', sku: 'federation', package: '@apollo/federation' };
    expect(await entities([representation], '... on Product { id }')).toEqual([{ id: 'apollo-federation' }]);
  });

  test('@key (composite): are found by a field of a field', async () => {
    const representation = { __typename: 'Product', sku: 'studio', variation: { id: 'platform' } };
    expect(await entities([representation], '... on Product { id }')).toEqual([{ id: 'apollo-studio' }]);
    const study = { __typename: 'ProductResearch', study: { caseNumber: '1234' } };
    expect(await entities([study], '... on ProductResearch { outcome study { description } }')).toEqual([
      { outcome: 'Outcome 1234', study: { description: 'Case 1234' } },
    ]);
  });

  test('@requires: compute from what the reference brings', async () => {
    const user = { __typename: 'User', email: 'a@b.c', totalProductsCreated: 40, yearsOfEmployment: 4 };
    expect(await entities([user], '... on User { averageProductsCreatedPerYear }')).toEqual([
      { averageProductsCreatedPerYear: 10 },
    ]);
  });

  test('@external: of a reference are given back as they came', async () => {
    const user = { __typename: 'User', email: 'a@b.c' };
    expect(await entities([user], '... on User { email name }')).toEqual([{ email: 'a@b.c', name: 'Jane Smith' }]);
  });

  test('@provides: are complete where the subgraph said so', async () => {
    const { data } = await products.ask(
      null,
      '{ product(id: "apollo-studio") { createdBy { email totalProductsCreated } } }',
    );
    expect(data).toEqual({
      product: { createdBy: { email: 'support@apollographql.com', totalProductsCreated: 1337 } },
    });
  });

  test('@interfaceObject: are answered under the name of the interface', async () => {
    const inventory = { __typename: 'Inventory', id: 'shelf-1' };
    expect(await entities([inventory], '__typename ... on Inventory { id deprecatedProducts { id } }')).toEqual([
      {
        __typename: 'Inventory',
        id: 'shelf-1',
        deprecatedProducts: [{ id: 'apollo-federation' }, { id: 'apollo-studio' }],
      },
    ]);
  });

  test('of several types come in the order in which they were asked for, null for those that are not there', async () => {
    const representations = [
      { __typename: 'User', email: 'a@b.c' },
      { __typename: 'Product', id: 'nobody' },
      federation,
      { __typename: 'Product', id: 'apollo-studio' },
    ];
    expect(await entities(representations, '__typename ... on Product { sku }')).toEqual([
      { __typename: 'User' },
      null,
      { __typename: 'Product', sku: 'federation' },
      { __typename: 'Product', sku: 'studio' },
    ]);
  });

  test('of a type without a key are refused', async () => {
    const query = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';
    const { data, errors } = await products.ask(null, query, { representations: [{ __typename: 'Nothing' }] });
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
  });
});

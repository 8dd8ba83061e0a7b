import { type ConformanceGateway, startConformanceGateway } from './harness';

/** What `@skip` and `@include` are known to do to plans, each by the name of its public issue. */
const subgraphs = {
  shop: `
    type Query { product: Product posts: [Post!]! owed: Owed }
    type Product @key(fields: "id") { id: ID! size(unit: String): Int! name: String dimensions: Size }
    type Size { width: Int height: Int }
    union Post = Compact | Full
    type Compact { post: Body }
    type Full { post: Body }
    type Body { media(maxWidth: Int!): String }
    union Owed = Product | Size`,
  shipping: `
    type Product @key(fields: "id") {
      id: ID!
      size(unit: String): Int! @external
      volume: String @requires(fields: "size")
      estimate(to: String): String @requires(fields: "size")
      stock: String
    }`,
};
const volume = 'Product.volume 1 <- {"size":1}';
let gateway: ConformanceGateway;

beforeAll(async () => {
  gateway = await startConformanceGateway({ name: 'conditions', subgraphs });
});

afterAll(() => gateway.close());

async function ask(query: string, variables?: Record<string, unknown>): Promise<unknown> {
  const { data, errors } = await gateway.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

test('router#9849: a skipped field takes what it requires with it, and nothing else', async () => {
  const query = 'query ($v: Boolean!) { product { volume @include(if: $v) stock } }';
  expect(await ask(query, { v: false })).toEqual({ product: { stock: 'Product.stock 1' } });
  expect(await ask(query, { v: true })).toEqual({ product: { volume, stock: 'Product.stock 1' } });
  expect(await ask('{ product { volume @skip(if: true) stock } }')).toEqual({ product: { stock: 'Product.stock 1' } });
});

test('federation#2424: a condition inside a conditional field is no condition of that field', async () => {
  const query = 'query ($v: Boolean!, $w: Boolean!) { product @skip(if: $w) { name @include(if: $v) } }';
  expect(await ask(query, { v: false, w: false })).toEqual({ product: {} });
  expect(await ask(query, { v: true, w: false })).toEqual({ product: { name: 'Product.name 1' } });
  expect(await ask(query, { v: true, w: true })).toEqual({});
});

test('federation#2712: a condition on one occurrence of a field is none on the others', async () => {
  const query = `query ($skip: Boolean!) { ...C product { name } owed { ... on Size { width } } }
    fragment C on Query { product @skip(if: $skip) { stock } }`;
  expect(await ask(query, { skip: true })).toEqual({ product: { name: 'Product.name 1' }, owed: { width: 1 } });
  expect(await ask(query, { skip: false })).toEqual({
    product: { stock: 'Product.stock 1', name: 'Product.name 1' },
    owed: { width: 1 },
  });
});

test('router#930: the same field, once with conditions that exclude it and once without', async () => {
  const query = `{
    product @skip(if: false) @include(if: false) { name stock }
    product @skip(if: false) { name name }
  }`;
  expect(await ask(query)).toEqual({ product: { name: 'Product.name 1' } });
});

test('router#6217: arguments differ between types, one of which is conditional', async () => {
  const query = `query ($full: Boolean = true) { posts { ...Small ...Large @include(if: $full) } }
    fragment Small on Compact { post { media(maxWidth: 216) } }
    fragment Large on Full { post { media(maxWidth: 640) } }`;
  const small = { post: { media: 'Body.media 2 {"maxWidth":216}' } };
  expect(await ask(query)).toEqual({ posts: [{ post: { media: 'Body.media 1 {"maxWidth":640}' } }, small] });
  expect(await ask(query, { full: false })).toEqual({ posts: [{}, small] });
});

test('router#6196: a conditional field that requires and has arguments', async () => {
  const query = `query ($to: String, $skip: Boolean!) {
    product { size(unit: "cm") estimate(to: $to) @skip(if: $skip) dimensions { width } }
  }`;
  const size = expect.any(Number) as unknown;
  expect(await ask(query, { to: 'here', skip: true })).toEqual({ product: { size, dimensions: { width: 1 } } });
  expect(await ask(query, { to: 'here', skip: false })).toEqual({
    product: { size, estimate: 'Product.estimate 1 {"to":"here"} <- {"size":1}', dimensions: { width: 1 } },
  });
});

test('router#8784: everything that would be fetched is excluded', async () => {
  const query = 'query ($v: Boolean!) { product @include(if: $v) { id } __typename }';
  expect(await ask(query, { v: false })).toEqual({ __typename: 'Query' });
});

test('hive-router#1189: nothing at all is left of the operation', async () => {
  expect(await ask('query ($v: Boolean!) { product @skip(if: $v) { id } }', { v: true })).toEqual({});
  expect(await ask('{ product @skip(if: true) { id } }')).toEqual({});
});

import { Kind, type OperationDefinitionNode, parse, validate } from 'graphql';
import { composeSupergraph, loadSupergraph } from '../supergraph';
import { CostModel } from '.';

const link = (imports: string): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", ${imports}])`;

const library = `
  ${link('"@cost", "@listSize"')}
  type Query {
    book(id: ID!): Book
    books(first: Int = 5, last: Int): [Book!]!
      @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    exactly(first: Int, last: Int): [Book!]! @listSize(slicingArguments: ["first", "last"])
    shelf(first: Int): Shelf 
      @listSize(slicingArguments: ["first"], sizedFields: ["books", "nodes"], assumedSize: 7, requireOneSlicingArgument: false)
    few: [Book] @listSize(assumedSize: 3)
    many: [Book!]
    tags: [String!]
    rated: [Rating!]
    search(text: String @cost(weight: 4), filter: Filter, filters: [Filter!]): [Found!] @listSize(assumedSize: 2)
    dear: Book @cost(weight: 20)
    node(id: ID!): Node
    found: Found
  }
  type Mutation { buy(id: ID!): Book }
  input Filter { text: String @cost(weight: 3) inner: Filter plain: Int }
  scalar Rating @cost(weight: 2)
  interface Node {
    id: ID!
    children(first: Int): [Node!]
      @listSize(slicingArguments: ["first"], assumedSize: 4, requireOneSlicingArgument: false)
  }
  type Book implements Node @key(fields: "id") {
    id: ID! title: String author: Author
    children(first: Int): [Node!]
  }
  type Author implements Node @cost(weight: 6) { id: ID! books: [Book!] children(first: Int): [Node!] }
  union Found = Book | Author
  type Shelf { books: [Book!] nodes: [Book!] others: [Book!] }`;

const loaded = (...subgraphs: string[]): ReturnType<typeof loadSupergraph> =>
  loadSupergraph(
    composeSupergraph(subgraphs.map((typeDefs, turn) => ({ name: `s${String(turn)}`, url: 'http://a', typeDefs }))),
  );

const supergraph = loaded(library);
const model = new CostModel(supergraph.policy, supergraph.schema);

function cost(
  source: string,
  variables: Record<string, unknown> = {},
  by = { model, schema: supergraph.schema },
): number {
  const document = parse(source);
  expect(validate(by.schema, document)).toEqual([]);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return by.model.analyse(document, operation as OperationDefinitionNode).of(variables);
}

test.each([
  ['an object 1 and a leaf 0', '{ book(id: 1) { id title author { id } } }', 1 + 6],
  ['a mutation 10 more', 'mutation { buy(id: 1) { id } }', 10 + 1],
  ['the weight of the field instead of that of its type', '{ dear { id author { id } } }', 20 + 6],
  ['each alias', '{ a: book(id: 1) { id } b: book(id: 2) { id } }', 2],
  ['a list its items, ten when nothing is known', '{ many { id author { id } } }', 10 * (1 + 6)],
  ['a list of leaves nothing', '{ tags }', 0],
  ['a list of leaves with a weight that weight', '{ rated }', 10 * 2],
  ['the assumed size', '{ few { author { id } } }', 3 * (1 + 6)],
  ['the default of a slicing argument', '{ books { id } }', 5],
  ['the greatest of several slicing arguments', '{ books(last: 9) { id } }', 9],
  ['a list within a list their product', '{ few { author { books { id } } } }', 3 * (1 + 6 + 10)],
  [
    'the lists that a connection sizes, and no others',
    '{ shelf(first: 2) { books { id } others { id } } }',
    1 + 2 + 10,
  ],
  ['sized lists within fragments', '{ shelf(first: 2) { ...S } } fragment S on Shelf { ... { nodes { id } } }', 1 + 2],
  ['the assumed size of a connection', '{ shelf { books { id } } }', 1 + 7],
  ['the dearest type of a union', '{ found { ... on Book { id } ... on Author { books { id } } } }', 6 + 10],
  ['the dearest type of an interface', '{ node(id: 1) { id ... on Book { author { id } } } }', 1 + 6],
  ['what an interface says of its field', '{ book(id: 1) { children { id } } }', 1 + 4 * 6],
  ['an argument with a weight', '{ search(text: "a") { __typename } }', 4 + 2 * 6],
  [
    'an input object 1 and its fields',
    '{ search(filter: { text: "a", inner: { plain: 1 } }) { __typename } }',
    1 + 3 + 1 + 12,
  ],
  ['each input object of a list', '{ search(filters: [{ text: "a" }, {}, { plain: 1 }]) { __typename } }', 3 + 3 + 12],
  ['the schema a fixed amount', '{ __schema { types { name fields { name } } } }', 100],
  ['its own type nothing', '{ __typename book(id: 1) { __typename } }', 1],
])('counts %s', (_what, source, expected) => {
  expect(cost(source)).toBe(expected);
});

test.each<[string, Record<string, unknown>, number]>([
  ['query($n: Int) { books(first: $n) { author { id } } }', { n: 100 }, 700],
  ['query($n: Int) { books(first: $n) { author { id } } }', {}, 35],
  ['query($n: Int = 8) { books(first: $n) { id } }', {}, 8],
  ['query($n: Int = 8) { books(first: $n) { id } }', { n: 2 }, 2],
  ['query($n: Int) { books(first: $n) { id } }', { n: -3 }, 0],
  ['query($n: Int) { books(first: $n) { id } }', { n: null }, 10],
  ['query($n: Int) { shelf(first: $n) { ...S } } fragment S on Shelf { books { id } nodes { id } }', { n: 30 }, 61],
  [
    'query($n: Int, $m: Int) { a: shelf(first: $n) { ...S } b: shelf(first: $m) { ...S } } fragment S on Shelf { books { id } }',
    { n: 30, m: 4 },
    36,
  ],
  ['query($f: Filter) { search(filter: $f) { __typename } }', { f: { text: 'a', inner: { inner: {} } } }, 3 + 3 + 12],
  ['query($t: String) { search(filter: { text: $t }) { __typename } }', { t: 'a' }, 4 + 12],
  ['query($t: String) { search(filter: { text: $t }) { __typename } }', {}, 1 + 12],
  [
    'query($n: Int) { node(id: 1) { children(first: $n) { id ... on Book { children(first: $n) { id } } } } }',
    { n: 10 },
    6 + 10 * (1 + 10 * 6),
  ],
])('counts %s with %j as %i', (source, variables, expected) => {
  expect(cost(source, variables)).toBe(expected);
});

test.each<[string, Record<string, unknown>]>([
  ['{ exactly { id } }', {}],
  ['{ exactly(first: 1, last: 1) { id } }', {}],
  ['query($n: Int) { exactly(first: $n) { id } }', {}],
])('refuses %s, which wants exactly one slicing argument', (source, variables) => {
  expect(() => cost(source, variables)).toThrow(/^Query\.exactly needs exactly one of the arguments first, last$/);
  expect(cost('{ exactly(first: 4) { id } }')).toBe(4);
});

test('takes a document that doubles itself forty times in a moment, and finds it too dear', () => {
  const nested = Array.from({ length: 40 }, (_, turn) => {
    const next = `...F${String(turn + 1)}`;
    return `fragment F${String(turn)} on Node { children { ${next} ... on Book { a: children(first: $n) { ${next} } } } }`;
  });
  const source = `query($n: Int) { node(id: 1) { ...F0 } } ${nested.join(' ')} fragment F40 on Node { id }`;
  const startedAt = performance.now();
  expect(cost(source, { n: 100 })).toBe(Number.MAX_SAFE_INTEGER);
  expect(cost(source, { n: 0 })).toBe(Number.MAX_SAFE_INTEGER);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('finds the directives under the names that the subgraphs gave them', () => {
  const renamed = library
    .replace('"@cost", "@listSize"', '{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@length" }')
    .replaceAll('@cost(', '@price(')
    .replaceAll('@listSize(', '@length(');
  const { policy, schema } = loaded(renamed);
  const by = { model: new CostModel(policy, schema), schema };
  expect(cost('{ few { author { id } } dear { id } }', {}, by)).toBe(3 * 7 + 20);
});

test('takes the dearest of what several subgraphs say', () => {
  const entity = (weight: number): string =>
    `${link('"@cost", "@shareable"')} type Query { a${String(weight)}: Thing } type Thing @key(fields: "id") { id: ID! worth: Int @shareable @cost(weight: ${String(weight)}) }`;
  const { policy, schema } = loaded(entity(3), entity(5));
  expect(cost('{ a3 { worth } }', {}, { model: new CostModel(policy, schema), schema })).toBe(1 + 5);
});

test('knows no cost but the general one where a supergraph has no directives, and the assumed size can be chosen', () => {
  const { policy, schema } = loaded(`${link('"@shareable"')} type Query { a: [A] } type A { id: ID }`);
  expect(cost('{ a { id } }', {}, { model: new CostModel(policy, schema), schema })).toBe(10);
  expect(cost('{ a { id } }', {}, { model: new CostModel(policy, schema, { assumedListSize: 3 }), schema })).toBe(3);
});

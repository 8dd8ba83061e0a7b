import { type ConformanceGateway, startConformanceGateway } from './harness';

/**
 * Wrong answers that federated gateways are publicly known for, most of them silent, each by the name of its issue. The
 * schemas are the issues' own, made small; the values are those of the calm world (see `World`).
 */
let gateway: ConformanceGateway | null = null;

afterEach(async () => {
  await gateway?.close();
  gateway = null;
});

async function ask(
  subgraphs: Readonly<Record<string, string>>,
  query: string,
  variables?: Record<string, unknown>,
): Promise<unknown> {
  gateway = await startConformanceGateway({ name: 'issue', subgraphs });
  const { data, errors } = await gateway.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** What a `@requires` field answers: its name, and what it was given. */
const requiring = (coordinate: string, required: object): string => `${coordinate} <- ${JSON.stringify(required)}`;

describe('a client names a field like a key', () => {
  const subgraphs = {
    one: 'type Query { object: O objects: [O] } type O @key(fields: "id") { id: ID! legacyId: ID a: String }',
    two: 'type O @key(fields: "id") { id: ID! b: String }',
  };

  test('federation#3036: an alias equal to the name of the key', async () => {
    const query = '{ object { id: legacyId b } objects { id: a key: id b } }';
    expect(await ask(subgraphs, query)).toEqual({
      object: { id: 'legacyId-1', b: 'O.b 1' },
      objects: [
        { id: 'O.a 1', key: 'id-1', b: 'O.b 1' },
        { id: 'O.a 2', key: 'id-2', b: 'O.b 2' },
      ],
    });
  });

  test('router#6222: an alias equal to the name of the key, on a field that the key leads to', async () => {
    expect(await ask(subgraphs, '{ object { id: b legacyId: a } }')).toEqual({
      object: { id: 'O.b 1', legacyId: 'O.a 1' },
    });
  });
});

test('a client names a field like one that exists in plans only, and what is required is not taken from it', async () => {
  const subgraphs = {
    parts:
      'type Query { part: Part } type Part @key(fields: "id") { id: ID! label: String weight(unit: String): String }',
    freight: `type Part @key(fields: "id") {
      id: ID!
      weight(unit: String): String @external
      freight: String @requires(fields: "weight(unit: \\"LB\\")")
    }`,
  };
  const honest = (await ask(subgraphs, '{ part { freight } }')) as { part: { freight: string } };
  await gateway?.close();
  const posing = { _required_0_of_weight: 'Part.label 1', _subject_id: 'Part.label 1', freight: honest.part.freight };
  expect(await ask(subgraphs, '{ part { _required_0_of_weight: label _subject_id: label freight } }')).toEqual({
    part: posing,
  });
});

describe('a client asks for a required field with arguments of its own', () => {
  const subgraphs = {
    products: `type Query { product: Product }
      type Product @key(fields: "id") { id: ID! attributes(keys: [String!]): [String!] photo(small: Boolean): String! }`,
    enrichment: `type Product @key(fields: "id") {
      id: ID!
      attributes(keys: [String!]): [String!] @external
      photo(small: Boolean): String! @external
      explicit: String @requires(fields: "attributes(keys: \\"Content\\")")
      rating: String @requires(fields: "photo(small: true)")
      plain: String @requires(fields: "photo")
    }`,
  };
  const attributes = (key: string): string[] =>
    [11, 12].map((item) => `Product.attributes ${item} {"keys":["${key}"]}`);
  const explicit = requiring('Product.explicit 1', { attributes: attributes('Content') });
  const rating = requiring('Product.rating 1', { photo: 'Product.photo 1 {"small":true}' });

  test('federation#2996: the required field gets what it requires', async () => {
    expect(await ask(subgraphs, '{ product { explicit attributes(keys: "size") } }')).toEqual({
      product: { explicit, attributes: attributes('size') },
    });
  });

  test('router#5000: and the client what it asked for, in either order', async () => {
    expect(await ask(subgraphs, '{ product { attributes(keys: "Name") explicit } }')).toEqual({
      product: { attributes: attributes('Name'), explicit },
    });
  });

  test('federation#2276: without arguments, where the requirement has some', async () => {
    expect(await ask(subgraphs, '{ product { photo rating } }')).toEqual({
      product: { photo: 'Product.photo 1', rating },
    });
  });

  test('federation#2276: with arguments, where the requirement has none', async () => {
    expect(await ask(subgraphs, '{ product { photo(small: true) plain } }')).toEqual({
      product: {
        photo: 'Product.photo 1 {"small":true}',
        plain: requiring('Product.plain 1', { photo: 'Product.photo 1' }),
      },
    });
  });

  test('federation-gateway-audit#138: two fields require one field with conflicting arguments', async () => {
    expect(await ask(subgraphs, '{ product { rating plain explicit } }')).toEqual({
      product: { rating, plain: requiring('Product.plain 1', { photo: 'Product.photo 1' }), explicit },
    });
  });
});

test('federation-gateway-audit#138: conflicting requirements on an interface object', async () => {
  const subgraphs = {
    media: `type Query { book: Book }
      interface Media @key(fields: "id") { id: ID! title(short: Boolean): String }
      type Book implements Media @key(fields: "id") { id: ID! title(short: Boolean): String }`,
    shop: `type Media @key(fields: "id") @interfaceObject {
      id: ID!
      title(short: Boolean): String @external
      slogan: String @requires(fields: "title")
      label: String @requires(fields: "title(short: true)")
    }`,
  };
  expect(await ask(subgraphs, '{ book { slogan label } }')).toEqual({
    book: {
      slogan: requiring('Media.slogan 1', { title: 'Book.title 1' }),
      label: requiring('Media.label 1', { title: 'Book.title 1 {"short":true}' }),
    },
  });
});

test('a field required with arguments waits for what it requires itself', async () => {
  const subgraphs = {
    parts: 'type Query { part: Part } type Part @key(fields: "id") { id: ID! weight: String }',
    freight: `type Part @key(fields: "id") {
      id: ID! weight: String @external freight(express: Boolean): String @requires(fields: "weight")
    }`,
    finance: `type Part @key(fields: "id") {
      id: ID! freight(express: Boolean): String @external invoice: String @requires(fields: "freight(express: true)")
    }`,
  };
  const freight = requiring('Part.freight 1 {"express":true}', { weight: 'Part.weight 1' });
  expect(await ask(subgraphs, '{ part { invoice } }')).toEqual({
    part: { invoice: requiring('Part.invoice 1', { freight }) },
  });
});

test('federation#3137: the first key is not resolvable, the second is', async () => {
  const subgraphs = {
    owner: `type Query { user: User }
      type User @key(fields: "id", resolvable: false) @key(fields: "email") {
        id: ID! email: ID! country: String @external shipping: String @requires(fields: "country")
      }`,
    profiles: 'type User @key(fields: "id") { id: ID! country: String }',
  };
  expect(await ask(subgraphs, '{ user { shipping } }')).toEqual({
    user: { shipping: requiring('User.shipping 1', { country: 'User.country 1' }) },
  });
});

test('router#9967: a requirement comes from the very subgraph whose field requires it, by way of another', async () => {
  const subgraphs = {
    parts: 'type Query { part: Part } type Part @key(fields: "id") { id: ID! name: String }',
    freight: `type Part @key(fields: "id") {
      id: ID! duty: String @external customs: String @requires(fields: "duty")
    }`,
    finance: `type Part @key(fields: "id") {
      id: ID! name: String @external duty: String @requires(fields: "name")
      customs: String @external invoice: String @requires(fields: "customs")
    }`,
  };
  const duty = requiring('Part.duty 1', { name: 'Part.name 1' });
  const customs = requiring('Part.customs 1', { duty });
  expect(await ask(subgraphs, '{ part { invoice } }')).toEqual({
    part: { invoice: requiring('Part.invoice 1', { customs }) },
  });
});

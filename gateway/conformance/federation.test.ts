import { fixtures } from './fixtures';
import { type ConformanceGateway, startConformanceGateway } from './harness';

/** In the calm world a string says which field of which object it is, lists have two items, and nothing is null. */
const gateways = new Map<string, Promise<ConformanceGateway>>();

function gatewayOf(name: string): Promise<ConformanceGateway> {
  const fixture = fixtures.find((one) => one.name === name);
  if (!fixture) throw new Error(`There is no fixture ${name}`);
  const gateway = gateways.get(name) ?? startConformanceGateway(fixture);
  gateways.set(name, gateway);
  return gateway;
}

afterAll(async () => {
  for (const gateway of gateways.values()) await (await gateway).close();
});

async function dataOf(name: string, query: string, variables?: Record<string, unknown>): Promise<unknown> {
  const { data, errors } = await (await gatewayOf(name)).ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

async function refusalOf(name: string, query: string): Promise<unknown> {
  const { data, errors } = await (await gatewayOf(name)).ask(query);
  expect(data).toBeUndefined();
  return errors?.[0]?.extensions?.['code'];
}

async function askedBy(name: string): Promise<string[]> {
  return (await gatewayOf(name)).asked.map(({ subgraph }) => subgraph);
}

describe('@key', () => {
  test('joins by a single field', async () => {
    const data = await dataOf('shop', '{ reviews { text product { name(style: TOOL) } } }');
    expect(data).toEqual({
      reviews: [
        { text: 'Review.text 1', product: { name: 'Product.name 1 {"style":"TOOL"}' } },
        { text: 'Review.text 2', product: { name: 'Product.name 2 {"style":"TOOL"}' } },
      ],
    });
  });

  test('goes by way of a subgraph that has both keys when two have none in common', async () => {
    const data = await dataOf('shop', '{ bestReview { product { inStock } author { deliveries { minutes } } } }');
    expect(data).toEqual({
      bestReview: { product: { inStock: true }, author: { deliveries: [{ minutes: 11 }, { minutes: 12 }] } },
    });
    expect((await askedBy('shop')).sort()).toEqual(['logistics', 'products', 'reviews', 'stock', 'users']);
  });

  test('joins by several fields together, one of them of an object', async () => {
    const data = await dataOf('shop', '{ warehouses { address organization { name country } routes { minutes } } }');
    const warehouse = (number: number): object => ({
      address: `Warehouse.address ${number}`,
      organization: { name: `Organization.name ${number}`, country: `Organization.country ${number}` },
      routes: [{ minutes: number * 10 + 1 }, { minutes: number * 10 + 2 }],
    });
    expect(data).toEqual({ warehouses: [warehouse(1), warehouse(2)] });
  });

  test('joins by a list of objects', async () => {
    expect(await dataOf('shop', '{ bundle { title weight } }')).toEqual({
      bundle: { title: 'Bundle.title 1', weight: 1.5 },
    });
  });

  test('never asks a subgraph for an entity by a key that is not resolvable there', async () => {
    expect(await dataOf('shop', '{ bestReview { author { id name } } }')).toEqual({
      bestReview: { author: { id: 'id-1', name: 'User.name 1' } },
    });
    expect(await askedBy('shop')).toEqual(['reviews', 'users']);
    expect(await dataOf('ledger', '{ auditors { marks { of { title } } } }')).toEqual({
      auditors: [11, 12].map((first) => ({
        marks: (first === 11 ? [11, 12] : [21, 22]).map((mark) => ({ of: { title: `Book.title ${mark}` } })),
      })),
    });
  });
});

describe('interfaces and unions', () => {
  test('answer each object by its own type, with fields of the interface and of the type', async () => {
    const query = `{ items(tags: null) { __typename ... on Item { title } ...F ... on Song { length: minutes } } }
      fragment F on Film { minutes basedOn { pages } }`;
    expect(await dataOf('library', query)).toEqual({
      items: [
        { __typename: 'Film', title: 'Film.title 1', minutes: 1, basedOn: { pages: 1 } },
        { __typename: 'Song', title: 'Song.title 2', length: 2.5 },
      ],
    });
  });

  test('take fields of one object from the subgraphs that know its type', async () => {
    const query = '{ node(id: "id-5") { ... on Item { title } ... on Lendable { dueDays lender { name } } } }';
    expect(await dataOf('library', query)).toEqual({
      node: { title: 'Book.title 5', dueDays: 5, lender: { name: 'Person.name 5' } },
    });
    expect((await askedBy('library')).sort()).toEqual(['catalogue', 'catalogue', 'loans']);
  });

  test('may have members that other subgraphs do not know', async () => {
    const query = '{ owed { __typename ... on Book { title } ... on Film { title } ... on Fine { amount } } }';
    expect(await dataOf('library', query)).toEqual({
      owed: [
        { __typename: 'Film', title: 'Film.title 1' },
        { __typename: 'Fine', amount: 2.5 },
      ],
    });
  });

  test('answer an empty object where no fragment applies', async () => {
    expect(await dataOf('library', '{ hits { ... on Song { title } } }')).toEqual({ hits: [{}, {}] });
  });

  test('of other subgraphs are reached through objects that carry only their keys', async () => {
    const query = '{ owed { ... on Film { bestReview { by { lends { dueDays } } } } } }';
    expect(await dataOf('library', query)).toEqual({
      owed: [{ bestReview: { by: { lends: [{ dueDays: 11 }, { dueDays: 12 }] } } }, {}],
    });
  });
});

describe('@interfaceObject', () => {
  test('adds fields to every type of the interface', async () => {
    expect(await dataOf('media', '{ media(id: "id-3") { __typename title comments { text } } }')).toEqual({
      media: {
        __typename: 'Book',
        title: 'Book.title 3',
        comments: [{ text: 'Comment.text 31' }, { text: 'Comment.text 32' }],
      },
    });
  });

  test('is answered without asking for types when nobody wants to know them', async () => {
    expect(await dataOf('media', '{ topMedia { id comments { text } } }')).toEqual({
      topMedia: [1, 2].map((number) => ({
        id: `id-${number}`,
        comments: [{ text: `Comment.text ${number}1` }, { text: `Comment.text ${number}2` }],
      })),
    });
    expect(await askedBy('media')).toEqual(['scores']);
  });

  test('learns the types of its objects from the subgraph that knows them', async () => {
    const query = '{ topMedia { __typename ... on Movie { minutes } ... on Game { players } } cheapest { title } }';
    expect(await dataOf('media', query)).toEqual({
      topMedia: [
        { __typename: 'Game', players: [11, 12] },
        { __typename: 'Movie', minutes: 2 },
      ],
      cheapest: { title: 'Game.title 1' },
    });
  });

  test('is extended by several subgraphs, each of which knows it as one type', async () => {
    const data = await dataOf(
      'media',
      '{ cheapest { comments { about { offer { price } } } } book { offer { price } } }',
    );
    expect(data).toEqual({
      cheapest: { comments: [{ about: { offer: { price: 11.5 } } }, { about: { offer: { price: 12.5 } } }] },
      book: { offer: { price: 0.5 } },
    });
  });
});

describe('@requires', () => {
  const of = (required: object): string => ` <- ${JSON.stringify(required)}`;

  test('hands over what it names, with the arguments it names', async () => {
    const required = { size: { deep: { depth: 3 }, width: 3 }, weight: 'Part.weight 3 {"unit":"LB"}' };
    expect(await dataOf('assembly', '{ part(id: "id-3") { freight(express: true) } }')).toEqual({
      part: { freight: `Part.freight 3 {"express":true}${of(required)}` },
    });
  });

  test('hands over lists of entities', async () => {
    const part = (number: number): object => ({
      id: `id-${number}`,
      weight: `Part.weight ${number} {"unit":"KG"}`,
    });
    expect(await dataOf('assembly', '{ kit { total } }')).toEqual({
      kit: { total: `Kit.total 1${of({ parts: [part(11), part(12)], spare: { id: 'id-1' } })}` },
    });
  });

  test('hands over the fields of whichever type an interface is', async () => {
    const query = '{ circle: part(id: "id-2") { paint } square: part(id: "id-3") { paint } }';
    expect(await dataOf('assembly', query)).toEqual({
      circle: { paint: `Part.paint 2${of({ shape: { area: 2.5, radius: 2.5 } })}` },
      square: { paint: `Part.paint 3${of({ shape: { area: 3.5, side: 3.5 } })}` },
    });
  });

  test('waits for a required field that itself requires others', async () => {
    const history = [31, 32].map((event) => ({ at: `Event.at ${event}`, by: { id: `id-${event}` } }));
    const duty = `Part.duty 3${of({ history, name: 'Part.name 3' })}`;
    expect(await dataOf('assembly', '{ part(id: "id-3") { customs } }')).toEqual({
      part: { customs: `Part.customs 3${of({ duty })}` },
    });
  });

  test('of several types that one list has', async () => {
    const { things } = (await dataOf('assembly', '{ things { ... on Part { freight } ... on Kit { total } } }')) as {
      things: Record<string, string>[];
    };
    const [part, kit] = things;
    expect(part?.['freight']).toContain('"weight":"Part.weight 1 {\\"unit\\":\\"LB\\"}"');
    expect(kit?.['total']).toContain('"weight":"Part.weight 21 {\\"unit\\":\\"KG\\"}"');
  });

  test('sees a hidden field', async () => {
    expect(await dataOf('evolution', '{ account(id: "id-3") { rating } }')).toEqual({
      account: { rating: `Account.rating 3${of({ secret: 'Account.secret 3' })}` },
    });
    expect(await refusalOf('evolution', '{ account(id: "id-3") { secret } }')).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('@provides', () => {
  test('saves the way to the owner of the field', async () => {
    expect(await dataOf('assembly', '{ lastPart { name } views { kit { spare { name } } } }')).toEqual({
      lastPart: { name: 'Part.name 1' },
      views: [{ kit: { spare: { name: 'Part.name 1' } } }, { kit: { spare: { name: 'Part.name 2' } } }],
    });
    expect(await askedBy('assembly')).toEqual(['views']);
  });

  test('holds only where it is written', async () => {
    expect(await dataOf('assembly', '{ views { plain { name } } }')).toEqual({
      views: [{ plain: { name: 'Part.name 1' } }, { plain: { name: 'Part.name 2' } }],
    });
    expect(await askedBy('assembly')).toEqual(['views', 'parts']);
  });

  test('holds for the members of a union', async () => {
    expect(await dataOf('assembly', '{ lastViewed { ... on Part { name } ... on Kit { label } } }')).toEqual({
      lastViewed: { name: 'Part.name 1' },
    });
    expect(await askedBy('assembly')).toEqual(['views']);
  });
});

describe('schemas on the move', () => {
  test('@override: a field is asked of its new owner', async () => {
    expect(await dataOf('evolution', '{ accounts { name balance { amount } } }')).toEqual({
      accounts: [1, 2].map((number) => ({ name: `Account.name ${number}`, balance: { amount: number + 0.5 } })),
    });
    expect((await askedBy('evolution')).sort()).toEqual(['extras', 'fresh', 'old']);
  });

  test('@shareable: whoever is asked already answers', async () => {
    const query = '{ notes { author { address { city geo { lat } } } } }';
    expect(await dataOf('evolution', query)).toEqual({
      notes: [1, 2].map((number) => ({
        author: { address: { city: `Address.city ${number}`, geo: { lat: number + 0.5 } } },
      })),
    });
    expect(await askedBy('evolution')).toHaveLength(2);
  });

  test('@inaccessible: neither fields nor values are there for clients', async () => {
    expect(await refusalOf('evolution', '{ notes { hidden } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    const query = '{ audit(input: { from: 1, kinds: [HIDDEN] }) { kind } }';
    expect(await refusalOf('evolution', query)).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('an input has the fields, an argument the values, that all subgraphs know; an output has all values', async () => {
    expect(await refusalOf('evolution', '{ accounts(filter: { legacy: 1 }) { id } }')).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    const query =
      '{ grade: __type(name: "Grade") { enumValues { name } } season: __type(name: "Season") { enumValues { name } } }';
    const data = (await dataOf('evolution', query)) as Record<string, { enumValues: { name: string }[] }>;
    expect(data['grade']?.enumValues.map(({ name }) => name).sort()).toEqual(['A', 'B', 'C', 'D']);
    expect(data['season']?.enumValues.map(({ name }) => name).sort()).toEqual(['AUTUMN', 'SPRING']);
  });

  test('hands over arguments of every kind as the client wrote them', async () => {
    const query = `query ($status: Status!, $list: [[Int]], $filter: AccountFilter = { status: CLOSED }) {
      account(id: "id-1") { echo(text: "a \\"b\\" \\\\ \\u00e9", number: 3, list: $list, status: $status, filter: $filter) }
    }`;
    const args = {
      filter: { min: 1.5, status: 'CLOSED' },
      list: [[1, null], [2]],
      number: 3,
      status: 'ACTIVE',
      text: 'a "b" \\ é',
    };
    expect(await dataOf('evolution', query, { status: 'ACTIVE', list: [[1, null], 2] })).toEqual({
      account: { echo: `Account.echo 1 ${JSON.stringify(args)}` },
    });
    expect(await dataOf('evolution', '{ account(id: "id-1") { echo } }')).toEqual({
      account: { echo: 'Account.echo 1 {"status":"ACTIVE","text":"a \\"quoted\\" \\\\ text"}' },
    });
  });
});

describe('mutations', () => {
  test('of several subgraphs run one after the other, each finished before the next begins', async () => {
    const query = `mutation {
      openBook(input: { title: "t" }) { entries { id } }
      post(entry: { amount: 1 }) { auditor { email } }
      approve(id: "id-3") { email name }
      hire(name: "x") { name }
    }`;
    expect(await dataOf('ledger', query)).toEqual({
      openBook: { entries: [{ id: 'id-11' }, { id: 'id-12' }] },
      post: { auditor: { email: 'Auditor.email 1' } },
      approve: { email: 'Auditor.email 3', name: 'Auditor.name 3' },
      hire: { name: 'Auditor.name 1' },
    });
    const { asked } = await gatewayOf('ledger');
    const order = asked.map(({ subgraph, query: text }) =>
      text.trimStart().startsWith('mutation') ? `${subgraph}!` : subgraph,
    );
    expect(order).toEqual(['books!', 'entries', 'entries!', 'audit', 'people', 'audit!', 'people', 'people!', 'audit']);
  });
});

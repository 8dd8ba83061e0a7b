import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { type ExecutionResult, type GraphQLSchema, GraphQLUnionType, buildSchema, parse } from 'graphql';
import { products, reviews, shippingEstimate, users, type Product, type Review } from './data';
import { plainSdl, type ShopSubgraph } from './schema';

type Variables = Readonly<Record<string, unknown>>;
type Representation = Readonly<Record<string, unknown>>;
type Entity = object | null;

interface Resolvers {
  readonly query: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>;
  readonly entities: Readonly<Record<string, (representation: Representation) => Entity>>;
}

/** One subgraph of the shop as cheap as graphql-jit makes it: a graph of plain objects and no resolver below the root. */
export class ShopServer {
  private readonly schema: GraphQLSchema;
  private readonly compiled = new Map<string, CompiledQuery>();

  constructor(name: ShopSubgraph) {
    this.schema = executableSchema(name, resolvers()[name]);
  }

  /** @throws {Error} for a document that is not one of this subgraph's */
  async execute(query: string, variables: Variables): Promise<ExecutionResult> {
    let compiled = this.compiled.get(query);
    if (!compiled) {
      const made = compileQuery(this.schema, parse(query));
      if (!isCompiledQuery(made)) throw new Error(`A subgraph was sent a query it cannot answer: ${query}`);
      this.compiled.set(query, (compiled = made));
    }
    return compiled.query({}, {}, variables);
  }
}

function executableSchema(name: ShopSubgraph, { query, entities }: Resolvers): GraphQLSchema {
  const sdl = plainSdl(name);
  const owned = Object.keys(entities).join(' | ');
  const schema = buildSchema(
    `${sdl.replaceAll('extend type', 'type').replaceAll(/@(key|external|requires)(\([^)]*\))?/g, '')}
    scalar _Any
    type _Service { sdl: String! }
    union _Entity = ${owned}
    ${sdl.includes('type Query') ? 'extend type' : 'type'} Query {
      _entities(representations: [_Any!]!): [_Entity]!
      _service: _Service!
    }`,
  );
  const union = schema.getType('_Entity');
  if (union instanceof GraphQLUnionType) union.resolveType = (value) => (value as { __typename: string }).__typename;
  const rootFields: Resolvers['query'] = {
    ...query,
    _service: () => ({ sdl }),
    _entities: ({ representations }) =>
      (representations as readonly Representation[]).map(
        (representation) => entities[String(representation['__typename'])]?.(representation) ?? null,
      ),
  };
  for (const [field, resolve] of Object.entries(rootFields)) {
    const definition = schema.getQueryType()?.getFields()[field];
    if (definition) definition.resolve = (_root: unknown, args: Variables) => resolve(args);
  }
  return schema;
}

function resolvers(): Readonly<Record<ShopSubgraph, Resolvers>> {
  const accounts = new Map(users.map((user) => [user.id, { __typename: 'User', ...user }]));
  const catalogue = new Map(products.map((product) => [product.upc, { __typename: 'Product', ...product }]));
  const { reviewers, reviewed } = reviewGraph();
  return {
    accounts: {
      query: {
        users: () => [...accounts.values()],
        user: ({ id }) => accounts.get(String(id)) ?? null,
        consentDecisions: ({ subjects }) => (subjects as readonly string[]).map(() => consented),
      },
      entities: { User: ({ id }) => accounts.get(String(id)) ?? null },
    },
    products: {
      query: {
        topProducts: ({ first }) => [...catalogue.values()].slice(0, Number(first)),
        product: ({ upc }) => catalogue.get(String(upc)) ?? null,
      },
      entities: { Product: ({ upc }) => catalogue.get(String(upc)) ?? null },
    },
    inventory: {
      query: {},
      entities: { Product: (representation) => inStock(catalogue.get(String(representation['upc'])), representation) },
    },
    reviews: {
      query: {},
      entities: {
        User: ({ id }) => reviewers.get(String(id)) ?? null,
        Product: ({ upc }) => reviewed.get(String(upc)) ?? null,
      },
    },
  };
}

/** Everybody agrees to everything, or the answers could not be compared. */
const consented = { permitted: true, reason: 'GIVEN', cacheForSeconds: 60, consentType: null };

/** What a fetch without `price weight` did not ask for is not computed from them. */
function inStock(product: Product | undefined, { price, weight }: Representation): Entity {
  if (!product) return null;
  const known = { __typename: 'Product', upc: product.upc, inStock: product.inStock };
  if (typeof price !== 'number' || typeof weight !== 'number') return known;
  return { ...known, shippingEstimate: shippingEstimate({ price, weight }) };
}

interface Reviewed {
  readonly reviews: object[];
}

/** Users, products and their reviews, pointing at each other. */
function reviewGraph(): { reviewers: Map<string, Reviewed>; reviewed: Map<string, Reviewed> } {
  const reviewers = new Map(users.map(({ id }) => [id, { __typename: 'User', id, reviews: [] as object[] }]));
  const reviewed = new Map(products.map(({ upc }) => [upc, { __typename: 'Product', upc, reviews: [] as object[] }]));
  const place = ({ id, body, authorId, productUpc }: Review): void => {
    const author = reviewers.get(authorId);
    const product = reviewed.get(productUpc);
    const review = { __typename: 'Review', id, body, author, product };
    author?.reviews.push(review);
    product?.reviews.push(review);
  };
  reviews.forEach(place);
  return { reviewers, reviewed };
}

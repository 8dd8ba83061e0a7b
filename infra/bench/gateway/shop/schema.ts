import { parse, print, visit } from 'graphql';

export const shopSubgraphs = ['accounts', 'products', 'inventory', 'reviews'] as const;
export type ShopSubgraph = (typeof shopSubgraphs)[number];

/**
 * The shop that federated gateways are usually measured with, in the SDL of Federation 1, which every peer reads. The
 * policy directives are for ours alone: `plainSdl` takes them out.
 */
const guarded: Readonly<Record<ShopSubgraph, string>> = {
  accounts: `
    extend type Query {
      users: [User!]! @authenticated @listSize(assumedSize: 10)
      user(id: ID!): User @authenticated
      consentDecisions(subjects: [ID!]!): [ConsentDecision!]! @authenticated @listSize(assumedSize: 10)
    }
    type ConsentDecision { permitted: Boolean! reason: String! cacheForSeconds: Int! consentType: ConsentType }
    type ConsentType { key: String! name: String! }
    type User @key(fields: "id") {
      id: ID!
      name: String @requiresScopes(scopes: [["clinical:patients:read"]])
      username: String @consent(purpose: "CARE", subject: "id")
    }`,
  products: `
    extend type Query {
      topProducts(first: Int = 5): [Product!]! @listSize(slicingArguments: ["first"])
      product(upc: String!): Product
    }
    type Product @key(fields: "upc") {
      upc: String!
      name: String!
      price: Int!
      weight: Int!
    }`,
  inventory: `
    extend type Product @key(fields: "upc") {
      upc: String! @external
      price: Int! @external
      weight: Int! @external
      inStock: Boolean! @cost(weight: 2)
      shippingEstimate: Int! @requires(fields: "price weight")
    }`,
  reviews: `
    type Review @key(fields: "id") @authenticated {
      id: ID!
      body: String @requiresScopes(scopes: [["reviews:human:read"]])
      author: User!
      product: Product!
    }
    extend type User @key(fields: "id") {
      id: ID! @external
      reviews: [Review!]! @listSize(assumedSize: 5)
    }
    extend type Product @key(fields: "upc") {
      upc: String! @external
      reviews: [Review!]! @listSize(assumedSize: 5)
    }`,
};

const link = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@authenticated", "@requiresScopes", "@composeDirective", "@cost", "@listSize"])
    @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@consent"])
    @composeDirective(name: "@consent")
  directive @consent(purpose: String!, subject: String! = "patientId", dataCategory: String! = "CLINICAL") on FIELD_DEFINITION | OBJECT
`;

/** What a policy of the gateway is written with, by the feature that enforces it. */
export const policyDirectives = {
  auth: ['authenticated', 'requiresScopes'],
  consent: ['consent'],
  cost: ['cost', 'listSize'],
} as const;
export type Policy = keyof typeof policyDirectives;

/** The subgraph's SDL with the directives of some policies only. */
export function guardedSdl(name: ShopSubgraph, policies: readonly Policy[]): string {
  const kept = new Set<string>(policies.flatMap((policy) => policyDirectives[policy]));
  return link + without(guarded[name], (directive) => isPolicy(directive) && !kept.has(directive));
}

/** What a gateway without any policies is given. */
export function plainSdl(name: ShopSubgraph): string {
  return without(guarded[name], isPolicy);
}

function isPolicy(directive: string): boolean {
  return Object.values(policyDirectives).some((names: readonly string[]) => names.includes(directive));
}

function without(sdl: string, isUnwanted: (directive: string) => boolean): string {
  return print(visit(parse(sdl), { Directive: ({ name }) => (isUnwanted(name.value) ? null : undefined) }));
}

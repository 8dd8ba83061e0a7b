import { type SubgraphRequest, type SubgraphResult } from '../../../../gateway';

/** Two subgraphs: the event is about a case of one, and the other one adds to it. */
export const typeDefs = {
  clinical: `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@composeDirective"])
      @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@onEvent"])
      @composeDirective(name: "@onEvent")
    directive @onEvent(types: [String!]!, match: [String!]) on FIELD_DEFINITION
    type Case @key(fields: "id") { id: ID! title: String! }
    type Query { case(id: ID!): Case }
    type Subscription {
      caseChanged(caseId: ID): Case
        @authenticated
        @onEvent(types: ["clinical.case.*"], match: ["caseId=resourceId"])
    }`,
  reviews: `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requiresScopes"])
    type Case @key(fields: "id") { id: ID! reviews: [Review!]! }
    type Review { rating: Int! text: String @requiresScopes(scopes: [["reviews:human:read"]]) }`,
};

/** As little as an answer can be, and always another one: what is measured is the gateway. */
export function answerOf({ event, variables }: SubgraphRequest): SubgraphResult {
  if (event) {
    return { data: { caseChanged: { __typename: 'Case', id: event.resourceId, title: `Case ${event.resourceId}` } } };
  }
  const { representations } = variables as { representations: readonly { readonly id: string }[] };
  return { data: { _entities: representations.map(({ id }) => ({ reviews: [{ rating: 4, text: `seen ${id}` }] })) } };
}

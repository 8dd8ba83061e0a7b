import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, execute, parse } from 'graphql';
import { type Actor } from '#shared/auth';
import { NotFoundError, UnauthenticatedError } from '#shared/errors';
import { type PlatformEvent } from '#shared/events';
import { type SubgraphRequest, type SubgraphResult } from '../transport';

/** Two small subgraphs with the shapes authorization is about: lists, interfaces, unions, entities. */
export const clinicTypeDefs = {
  clinical: `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes", "@composeDirective"])
      @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@onEvent"])
      @composeDirective(name: "@onEvent")
    directive @onEvent(types: [String!]!, match: [String!]) on FIELD_DEFINITION
    interface Person { id: ID! name: String! nationalId: String code: String! }
    type Patient implements Person @key(fields: "id") @authenticated {
      id: ID!
      name: String!
      legacyId: String
      nationalId: String @requiresScopes(scopes: [["clinical:patients:read"]])
      code: String! @requiresScopes(scopes: [["clinical:patients:read"]])
    }
    type Practitioner implements Person @key(fields: "id") {
      id: ID! name: String! nationalId: String code: String!
    }
    union Found = Patient | Practitioner
    type Case @key(fields: "id") { id: ID! title: String! patient: Patient! }
    type Query {
      ping: String!
      patient(id: ID!): Patient
      person(id: ID!): Person
      people(first: Int): [Person!]!
      found: [Found!]!
      cases(first: Int): [Case]
      ledger: String @requiresScopes(scopes: [["clinical:records:read"]])
      boom: String
    }
    type Mutation {
      openCase(title: String!): Case @requiresScopes(scopes: [["clinical:cases:write"]])
      touch: Int
    }
    type Subscription {
      caseChanged(caseId: ID): Case
        @requiresScopes(scopes: [["clinical:cases:read"]])
        @onEvent(types: ["clinical.case.*"], match: ["caseId=resourceId"])
      unbound: Case @authenticated
    }`,
  reviews: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes"])
    type Case @key(fields: "id") { id: ID! reviews: [Review!]! }
    type Review @key(fields: "id") {
      id: ID!
      rating: Int!
      text: String @requiresScopes(scopes: [["reviews:human:read"]])
    }
    type Query { reviews: [Review!] @authenticated }`,
};

export type ClinicSubgraph = keyof typeof clinicTypeDefs;

export interface SubgraphContext {
  readonly actor: Actor | null;
  readonly event: PlatformEvent | undefined;
}

const patient = (id: string): object => ({
  __typename: 'Patient',
  id,
  name: `Patient ${id}`,
  legacyId: `legacy-${id}`,
  nationalId: `national-${id}`,
  code: `code-${id}`,
});
const practitioner = { __typename: 'Practitioner', id: 'd1', name: 'Dr One', nationalId: 'open-d1', code: 'code-d1' };
const caseOf = (id: string): object => ({ __typename: 'Case', id, title: `Case ${id}`, patient: patient(`of-${id}`) });
const reviewsOf = (id: string): object[] => [
  { id: `${id}-r1`, rating: 1, text: 'one' },
  { id: `${id}-r2`, rating: 2, text: 'two' },
];

function onEvent(_root: unknown, _args: unknown, context: unknown): object | null {
  const { actor, event } = context as SubgraphContext;
  if (!event || !actor) throw new UnauthenticatedError();
  if (event.data['hidden'] === true) throw new NotFoundError('Case');
  if (event.data['broken'] === true) throw new Error('SELECT * FROM secrets');
  return event.data['absent'] === true ? null : caseOf(event.resourceId);
}

type Module = Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>;

const resolvers: Readonly<Record<ClinicSubgraph, NonNullable<Module['resolvers']>>> = {
  clinical: {
    Query: {
      ping: () => 'pong',
      patient: (_root: unknown, { id }: { id: string }) => patient(id),
      person: (_root: unknown, { id }: { id: string }) => (id.startsWith('d') ? practitioner : patient(id)),
      people: () => [patient('p1'), practitioner, patient('p2')],
      found: () => [patient('p1'), practitioner],
      cases: () => [caseOf('c1'), caseOf('c2')],
      ledger: () => 'ledger',
      boom: () => {
        throw new Error('ER_PARSE_ERROR near SELECT');
      },
    },
    Patient: { __resolveReference: ({ id }: { id: string }) => patient(id) },
    Case: { __resolveReference: ({ id }: { id: string }) => caseOf(id) },
    Mutation: {
      openCase: (_root: unknown, { title }: { title: string }) => ({ ...caseOf('c9'), title }),
      touch: () => 1,
    },
    Subscription: { caseChanged: onEvent },
  },
  reviews: {
    Query: { reviews: () => reviewsOf('q') },
    Case: { __resolveReference: ({ id }: { id: string }) => ({ id, reviews: reviewsOf(id) }) },
  },
};

export function clinicSchema(name: ClinicSubgraph): GraphQLSchema {
  return buildSubgraphSchema({ typeDefs: parse(clinicTypeDefs[name]), resolvers: resolvers[name] });
}

/** Executes as a subgraph does: subscriptions too are one execution, answered from the event. */
export async function executeClinic(schema: GraphQLSchema, request: SubgraphRequest): Promise<SubgraphResult> {
  const contextValue: SubgraphContext = { actor: request.actor, event: request.event };
  const result = await execute({
    schema,
    document: parse(request.query),
    variableValues: request.variables,
    operationName: request.operationName ?? null,
    contextValue,
  });
  // As JSON, so that nothing is shared with the resolvers' data.
  return JSON.parse(JSON.stringify(result)) as SubgraphResult;
}

import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { silentLogger } from '#shared/logging';
import { generateInternalKeys, verifyActorContext } from '#shared/auth';
import { type ConsentConfig } from '../consent';
import { createGateway, defaultGatewayConfig, type Gateway } from '../server';
import { type LoadedSupergraph, composeSupergraph, loadSupergraph } from '../supergraph';
import { inProcessTransport, type SubgraphRequest, type SubgraphTransport } from '../transport';
import { executeClinic } from './clinic';
import { EventSource } from './event-source';
import { createIssuer, type TokenIssuer } from './tokens';

/** What every subgraph with guarded fields begins with. */
export const guardHeader = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@external", "@inaccessible", "@listSize", "@provides", "@requires", "@shareable"])
  @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@consent", "@counts", "@onEvent"])
  @composeDirective(name: "@consent") @composeDirective(name: "@counts") @composeDirective(name: "@onEvent")
directive @onEvent(types: [String!]!, match: [String!]) on FIELD_DEFINITION
directive @counts(type: String!, subjects: String!) on FIELD_DEFINITION
directive @consent(purpose: String!, subject: String! = "personId", dataCategory: String! = "CLINICAL") on FIELD_DEFINITION | OBJECT
`;

/** The subgraph that says who has agreed to what. */
const agreementTypeDefs = `
  type Agreement { permitted: Boolean! reason: String! cacheForSeconds: Int! consentType: Kind }
  type Kind { key: String! name: String! }
  type Query { agreements(of: [ID!]!, to: String!, kind: String!, userId: ID, clientId: ID): [Agreement!]! }`;

export const agreementConsent: ConsentConfig = {
  subgraph: 'agreements',
  scopes: ['consent:decisions:read'],
  query: `query ($subjects: [ID!]!, $purpose: String!, $dataCategory: String!, $userId: ID, $clientId: ID) {
    decisions: agreements(of: $subjects, to: $purpose, kind: $dataCategory, userId: $userId, clientId: $clientId) {
      permitted reason cacheForSeconds consentType { key name } } }`,
  invalidatedBy: [{ types: ['consent.record.*'], subject: 'data.patientId' }, { types: ['consent.text.published'] }],
};

/** What the third subgraph was asked, and what it says. */
export interface Agreements {
  readonly questions: { of: readonly string[]; to: string; kind: string; userId: string | null; subject: string }[];
  /** `purpose of person` */
  readonly refused: Set<string>;
  cacheForSeconds: number;
  fault: 'none' | 'down' | 'short';
  /** Waited for before each answer leaves, after it was made. */
  held: Promise<void>;
}

/** A subgraph: its SDL, and its resolvers for `@apollo/subgraph`. */
export interface GuardedSubgraph {
  readonly typeDefs: string;
  readonly resolvers: object;
}

export interface GuardedGateway extends Gateway {
  readonly agreements: Agreements;
  readonly events: EventSource;
  readonly issuer: TokenIssuer;
  readonly calls: (SubgraphRequest & { readonly subgraph: string })[];
  ask<Data = Record<string, unknown>>(query: string, authorization?: string | null): Promise<GuardedAnswer<Data>>;
}

export interface GuardedAnswer<Data> {
  readonly data: Data | null;
  readonly errors?: readonly { message: string; path: (string | number)[]; extensions: Record<string, unknown> }[];
}

interface Question {
  readonly of: readonly string[];
  readonly to: string;
  readonly kind: string;
  readonly userId?: string | null;
}
type AgreementArguments = readonly [unknown, Question, { readonly actor: { readonly subject: string } | null }];

async function decide(
  agreements: Agreements,
  { of, to, kind, userId = null }: Question,
  { actor }: AgreementArguments[2],
): Promise<object[]> {
  agreements.questions.push({ of, to, kind, userId, subject: actor?.subject ?? '' });
  if (agreements.fault === 'down') throw new Error('Deciding failed');
  const consentType = { key: `${to.toLowerCase()}-pictures`, name: `Consent to ${to}` };
  const decisions = of.map((person) => ({
    permitted: !agreements.refused.has(`${to} of ${person}`),
    reason: 'RECORD',
    cacheForSeconds: agreements.cacheForSeconds,
    consentType,
  }));
  await agreements.held;
  return agreements.fault === 'short' ? decisions.slice(1) : decisions;
}

export function guardedSupergraph(subgraphs: Readonly<Record<string, string>>): LoadedSupergraph {
  const all = Object.entries({ ...subgraphs, agreements: agreementTypeDefs });
  return loadSupergraph(composeSupergraph(all.map(([name, typeDefs]) => ({ name, url: `http://${name}`, typeDefs }))));
}

/** A gateway over these subgraphs and the agreements, listening on a free port. */
export async function openGuarded(
  guarded: Readonly<Record<string, GuardedSubgraph>>,
  consent: ConsentConfig | null = agreementConsent,
): Promise<GuardedGateway> {
  const [issuer, events, calls]: [TokenIssuer, EventSource, GuardedGateway['calls']] = [
    await createIssuer(),
    new EventSource(),
    [],
  ];
  const agreements: Agreements = {
    ...{ questions: [], refused: new Set(), cacheForSeconds: 60, fault: 'none' },
    held: Promise.resolve(),
  };
  const resolvers = {
    Query: { agreements: (...[, given, context]: AgreementArguments) => decide(agreements, given, context) },
  };
  const subgraphs = { ...guarded, agreements: { typeDefs: agreementTypeDefs, resolvers } };
  const transports = Object.entries(subgraphs).map(([subgraph, served]): [string, SubgraphTransport] => {
    const schema: GraphQLSchema = buildSubgraphSchema({
      typeDefs: parse(served.typeDefs),
      resolvers: served.resolvers as never,
    });
    const recorded = inProcessTransport((request) => {
      calls.push({ ...request, variables: request.variables, subgraph });
      return executeClinic(schema, request);
    });
    return [subgraph, recorded];
  });
  const internal = generateInternalKeys(['gateway']);
  const gateway = await createGateway({
    supergraph: guardedSupergraph(typeDefsOf(guarded)),
    transports: new Map(transports),
    verifyToken: issuer.verifyToken,
    verifyService: (token) => verifyActorContext(internal.keys, token, 'gateway'),
    events,
    consent,
    log: silentLogger,
    config: { ...defaultGatewayConfig, port: 0 },
  });
  await gateway.listen();
  const ask = async <Data>(query: string, authorization: string | null = null): Promise<GuardedAnswer<Data>> => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization !== null && { authorization }) },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as GuardedAnswer<Data>;
  };
  // Not spread: `url` is a getter.
  return Object.assign(gateway, { agreements, events, issuer, calls, ask });
}

function typeDefsOf(subgraphs: Readonly<Record<string, GuardedSubgraph>>): Record<string, string> {
  return Object.fromEntries(Object.entries(subgraphs).map(([name, { typeDefs }]) => [name, typeDefs]));
}

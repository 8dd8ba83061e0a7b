import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { silentLogger } from '#shared/logging';
import { generateInternalKeys, verifyActorContext } from '#shared/auth';
import { composeSupergraph, loadSupergraph } from '../supergraph';
import { createGateway, defaultGatewayConfig, type Gateway } from '../server';
import { executeClinic } from './clinic';
import { EventSource } from './event-source';
import { createIssuer, type TokenIssuer } from './tokens';
import { inProcessTransport, type SubgraphRequest, type SubgraphTransport } from '../transport';
import { type ConsentConfig } from '../consent';

/** People's pictures in one subgraph, whose they are in another, and who has agreed to what in a third. */
export const albumTypeDefs = {
  pictures: `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@inaccessible"])
      @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@consent", "@onEvent"])
      @composeDirective(name: "@consent") @composeDirective(name: "@onEvent")
    directive @onEvent(types: [String!]!, match: [String!]) on FIELD_DEFINITION
    directive @consent(purpose: String!, subject: String! = "personId", dataCategory: String! = "CLINICAL") on FIELD_DEFINITION | OBJECT
    type Picture @key(fields: "id") {
      id: ID!
      personId: ID! @inaccessible
      title: String!
      url: String @consent(purpose: "SHOWING", dataCategory: "IMAGE")
      face: String @consent(purpose: "RECOGNISING", subject: "owner.person.id")
    }
    type Query { pictures(count: Int!): [Picture!]! }
    type Subscription { pictureChanged: Picture @onEvent(types: ["clinical.case.*"]) }`,
  owners: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Picture @key(fields: "id") { id: ID! owner: Owner }
    type Owner { person: Person! }
    type Person { id: ID! }
    type Query { owners: Int }`,
  agreements: `
    type Agreement { permitted: Boolean! reason: String! cacheForSeconds: Int! consentType: Kind }
    type Kind { key: String! name: String! }
    type Query { agreements(of: [ID!]!, to: String!, kind: String!, userId: ID, clientId: ID): [Agreement!]! }`,
};

type AlbumSubgraph = keyof typeof albumTypeDefs;

export const albumConsent: ConsentConfig = {
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

export interface Album extends Gateway {
  readonly agreements: Agreements;
  readonly events: EventSource;
  readonly issuer: TokenIssuer;
  readonly calls: (SubgraphRequest & { readonly subgraph: AlbumSubgraph })[];
  ask(query: string, authorization?: string | null): Promise<AlbumAnswer>;
}

export interface AlbumAnswer {
  readonly data: { readonly pictures: readonly Record<string, unknown>[] } | null;
  readonly errors?: readonly { message: string; path: (string | number)[]; extensions: Record<string, unknown> }[];
}

const personOf = (pictureId: string): string => pictureId.replace('picture', 'person');
const pictureOf = (id: string): object => ({
  ...{ __typename: 'Picture', id, personId: personOf(id), title: `Title of ${id}` },
  ...{ url: `url of ${id}`, face: `face of ${id}` },
});

function resolversOf(agreements: Agreements): Record<AlbumSubgraph, object> {
  return {
    pictures: {
      Query: {
        pictures: (_root: unknown, { count }: { count: number }) =>
          Array.from({ length: count }, (_, index) => pictureOf(`picture-${String(index)}`)),
      },
      Picture: { __resolveReference: ({ id }: { id: string }) => pictureOf(id) },
      Subscription: {
        pictureChanged: (_root: unknown, _given: unknown, { event }: { event?: { resourceId: string } }) =>
          event && pictureOf(event.resourceId),
      },
    },
    owners: {
      Picture: { __resolveReference: ({ id }: { id: string }) => ({ id, owner: { person: { id: personOf(id) } } }) },
    },
    agreements: {
      Query: { agreements: (...[, given, context]: AgreementArguments) => decide(agreements, given, context) },
    },
  };
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

export const albumSupergraph = (): ReturnType<typeof loadSupergraph> => {
  const subgraphs = Object.entries(albumTypeDefs).map(([name, typeDefs]) => ({
    name,
    url: `http://${name}`,
    typeDefs,
  }));
  return loadSupergraph(composeSupergraph(subgraphs));
};

/** A gateway over the album, listening on a free port. */
export async function openAlbum(consent: ConsentConfig | null = albumConsent): Promise<Album> {
  const [issuer, events, calls]: [TokenIssuer, EventSource, Album['calls']] = [
    await createIssuer(),
    new EventSource(),
    [],
  ];
  const agreements: Agreements = {
    ...{ questions: [], refused: new Set(), cacheForSeconds: 60, fault: 'none' },
    held: Promise.resolve(),
  };
  const resolvers = resolversOf(agreements);
  const names = Object.keys(albumTypeDefs) as AlbumSubgraph[];
  const transports = names.map((subgraph): [string, SubgraphTransport] => {
    const schema: GraphQLSchema = buildSubgraphSchema({
      typeDefs: parse(albumTypeDefs[subgraph]),
      resolvers: resolvers[subgraph] as never,
    });
    const recorded = inProcessTransport((request) => {
      calls.push({ ...request, subgraph });
      return executeClinic(schema, request);
    });
    return [subgraph, recorded];
  });
  const internal = generateInternalKeys(['gateway']);
  const gateway = await createGateway({
    supergraph: albumSupergraph(),
    transports: new Map(transports),
    verifyToken: issuer.verifyToken,
    verifyService: (token) => verifyActorContext(internal.keys, token, 'gateway'),
    events,
    consent,
    log: silentLogger,
    config: { ...defaultGatewayConfig, port: 0 },
  });
  await gateway.listen();
  const ask = async (query: string, authorization: string | null = null): Promise<AlbumAnswer> => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization !== null && { authorization }) },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as AlbumAnswer;
  };
  // Not spread: `url` is a getter.
  return Object.assign(gateway, { agreements, events, issuer, calls, ask });
}

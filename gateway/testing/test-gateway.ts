import { type GraphQLFormattedError } from 'graphql';
import { type TokenVerifier, generateInternalKeys, verifyActorContext } from '#shared/auth';
import { type Logger, silentLogger } from '#shared/logging';
import { RegionWall } from '#shared/region';
import { type PersistedDocuments } from '../persisted';
import { type Gateway, createGateway, defaultGatewayConfig, type GatewayConfig, type GatewayOptions } from '../server';
import { type EventTail } from '../subscriptions';
import { type LoadedSupergraph, composeSupergraph, loadSupergraph } from '../supergraph';
import { type SubgraphRequest, type SubgraphTransport, inProcessTransport } from '../transport';
import { type ClinicSubgraph, clinicSchema, clinicTypeDefs, executeClinic } from './clinic';
import { EventSource } from './event-source';
import { RevocationDesk } from './revocation-desk';
import { type TokenIssuer, createIssuer } from './tokens';

const names: readonly ClinicSubgraph[] = ['clinical', 'reviews'];

export const clinicSubgraphs = names.map((name) => ({
  name,
  url: `http://127.0.0.1:1/${name}`,
  typeDefs: clinicTypeDefs[name],
}));

/** Composition takes a moment; every test of a file can use the same one. */
export const clinicSupergraphSdl = composeSupergraph(clinicSubgraphs);
export const clinicSupergraph = loadSupergraph(clinicSupergraphSdl);

const testConfig: GatewayConfig = {
  ...defaultGatewayConfig,
  port: 0,
  allowedOrigins: ['https://app.example'],
  // The tests' clients keep connections open that they will not use again.
  drain: { ...defaultGatewayConfig.drain, idleMs: 0 },
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface TestGatewayOptions extends Pick<GatewayOptions, 'admin' | 'evaluatePolicies' | 'region'> {
  readonly config?: Partial<GatewayConfig>;
  readonly verifyToken?: TokenVerifier;
  readonly persisted?: PersistedDocuments;
  /** Who knows which tokens are revoked. Absent: nobody. */
  readonly revocations?: RevocationDesk;
  readonly log?: Logger;
  /** Instead of those that a test announces by hand. */
  readonly tail?: EventTail;
  readonly issuer?: TokenIssuer;
  readonly transports?: Partial<Record<ClinicSubgraph, SubgraphTransport>>;
  /** Another supergraph than the clinic's, with the ways to all of its subgraphs. */
  readonly instead?: {
    readonly supergraph: LoadedSupergraph;
    readonly transports: ReadonlyMap<string, SubgraphTransport>;
  };
}

export interface TestGateway extends Gateway {
  readonly issuer: TokenIssuer;
  readonly events: EventSource;
  readonly internal: ReturnType<typeof generateInternalKeys>;
  /** What the in-process subgraphs were asked, in order. */
  readonly calls: (SubgraphRequest & { readonly subgraph: ClinicSubgraph })[];
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** A gateway in front of the clinic's subgraphs, listening on a free port. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const issuer = options.issuer ?? (await createIssuer());
  const { log, region } = { log: silentLogger, region: new RegionWall('UK'), ...options };
  const events = new EventSource();
  const calls: TestGateway['calls'] = [];
  const internal = generateInternalKeys(['gateway', 'service:reviews']);
  const transports = names.map((name): [string, SubgraphTransport] => {
    const schema = clinicSchema(name);
    const recorded = inProcessTransport((request) => {
      calls.push({ ...request, variables: request.variables, subgraph: name });
      return executeClinic(schema, request);
    });
    return [name, options.transports?.[name] ?? recorded];
  });
  if (options.revocations) transports.push([RevocationDesk.config.subgraph, options.revocations.transport()]);
  const gateway = await createGateway({
    supergraph: clinicSupergraph,
    transports: new Map(transports),
    ...options.instead,
    verifyToken: options.verifyToken ?? issuer.verifyToken,
    verifyService: (token) => verifyActorContext(internal.keys, token, 'gateway'),
    events: options.tail ?? events,
    ...adminOf(options),
    ...(options.revocations && { revocation: RevocationDesk.config }),
    region,
    ...(options.evaluatePolicies && { evaluatePolicies: options.evaluatePolicies }),
    ...(options.persisted && { persisted: options.persisted }),
    log,
    config: { ...testConfig, ...options.config },
  });
  // Not spread: `url` is a getter.
  const extra = { issuer, events, internal, calls, post: poster(gateway) };
  return Object.assign(gateway, extra);
}

function adminOf({ admin }: TestGatewayOptions): Pick<GatewayOptions, 'admin'> {
  return admin === undefined ? {} : { admin };
}

function poster(gateway: Gateway): TestGateway['post'] {
  return async (body, headers = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
  };
}

/** Paths and codes of errors, in an order that does not depend on which subgraph was faster. */
export function codesByPath(errors: readonly GraphQLFormattedError[] | undefined): Record<string, unknown> {
  const codes = (errors ?? []).map(({ path, extensions }): [string, unknown] => [
    path?.join('.') ?? '',
    extensions?.['code'],
  ]);
  return Object.fromEntries(codes.sort());
}

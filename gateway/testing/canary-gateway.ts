import { type FormattedExecutionResult } from 'graphql';
import { type Actor, type Scope } from '#shared/auth';
import { UnauthenticatedError } from '#shared/errors';
import { silentLogger } from '#shared/logging';
import { createGateway, defaultGatewayConfig, type GatewayConfig, type GatewayOptions } from '../server';
import { type LoadedSupergraph, type SubgraphDefinition, composeSupergraph, loadSupergraph } from '../supergraph';
import { EventSource } from './event-source';
import { type CanaryLog, canarySubgraph } from './canary-subgraph';

/** Who asks: the scopes of a token and the roles in it, or nobody. */
export interface Caller {
  readonly scopes: readonly string[];
  readonly roles?: readonly string[];
}

export interface CanaryAnswer extends FormattedExecutionResult {
  readonly status: number;
  /** The whole answer as it was sent. */
  readonly text: string;
}

export interface CanaryGateway {
  readonly url: string;
  readonly supergraph: LoadedSupergraph;
  readonly log: CanaryLog;
  readonly events: EventSource;
  /** The value of an Authorization header. */
  authorization(caller: Caller): string;
  ask(query: string, variables: Readonly<Record<string, unknown>>, caller: Caller | null): Promise<CanaryAnswer>;
  close(): Promise<void>;
}

type Extra = Pick<Partial<GatewayOptions>, 'evaluatePolicies'> & { readonly config?: Partial<GatewayConfig> };

/** What an operation may cost is not the question. */
const generous = { ...defaultGatewayConfig.limits, cost: Number.MAX_SAFE_INTEGER };

/** A gateway whose subgraphs give everything to everybody: what does not come out is the gateway's doing. */
export async function startCanaryGateway(
  subgraphs: readonly (SubgraphDefinition & { readonly typeDefs: string })[],
  { config, ...extra }: Extra = {},
): Promise<CanaryGateway> {
  const supergraph = loadSupergraph(composeSupergraph(subgraphs));
  const log: CanaryLog = { resolved: new Set(), preferred: new Map() };
  const events = new EventSource();
  const callers = new Callers();
  const gateway = await createGateway({
    supergraph,
    transports: new Map(subgraphs.map(({ name, typeDefs }) => [name, canarySubgraph(typeDefs, log)])),
    verifyToken: (token) => callers.verify(token),
    verifyService: () => Promise.reject(new UnauthenticatedError()),
    events,
    log: silentLogger,
    config: { ...defaultGatewayConfig, port: 0, limits: generous, rateLimits: null, ...config },
    ...extra,
  });
  const url = await gateway.listen();
  return {
    url,
    supergraph,
    log,
    events,
    authorization: (caller) => callers.bearer(caller),
    ask: (query, variables, caller) => post(url, { query, variables }, caller && callers.bearer(caller)),
    close: () => gateway.close(),
  };
}

async function post(url: string, body: object, authorization: string | null): Promise<CanaryAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== null && { authorization }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, ...(JSON.parse(text) as FormattedExecutionResult) };
}

/** Tokens that stand for callers. How real ones are checked is the business of the server's own tests. */
class Callers {
  private readonly actors: Actor[] = [];
  private readonly tokens = new Map<string, string>();

  bearer({ scopes, roles = [] }: Caller): string {
    const key = JSON.stringify([scopes, roles]);
    const known = this.tokens.get(key);
    if (known !== undefined) return known;
    const token = `Bearer canary.${String(this.actors.length)}.token`;
    this.tokens.set(key, token);
    this.actors.push({
      kind: 'user',
      subject: 'usr_canary',
      userId: 'usr_canary',
      clientId: 'cli_canary',
      organisationId: 'org_canary',
      region: 'UK',
      // Other supergraphs have other scopes.
      scopes: new Set(scopes as readonly Scope[]),
      roles,
      patientIds: [],
      practitionerId: null,
      act: null,
      breakGlassGrantId: null,
      expiresAt: new Date(Date.now() + 900_000),
    });
    return token;
  }

  verify(token: string): Promise<Actor> {
    const actor = this.actors[Number(token.split('.')[1])];
    return actor ? Promise.resolve(actor) : Promise.reject(new UnauthenticatedError());
  }
}

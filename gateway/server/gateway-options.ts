import { type ApolloServerPlugin } from '@apollo/server';
import { type Registry } from 'prom-client';
import { type TokenVerifier, type VerifiedActorContext } from '#shared/auth';
import { type Logger } from '#shared/logging';
import { type SharedCounters } from '#shared/rate-limits';
import { type ExpiringStore } from '#shared/expiring-store';
import { type RegionWall } from '#shared/region';
import { type AdminConfig } from '../admin';
import { type AuthorizationMode, type EvaluatePolicies } from '../authorize';
import { type ConsentConfig } from '../consent';
import { type DrainSettings, defaultDrainSettings } from '../drain';
import { type RateLimits, type RequestLimits, defaultLimits, defaultRateLimits } from '../limits';
import { type OverloadLimits, defaultOverloadLimits } from '../overload';
import { type PersistedDocuments } from '../persisted';
import { type RefusalConfig } from '../refusals';
import { type RevocationConfig, type RevocationSettings, defaultRevocationSettings } from '../revocation';
import { type EventTail, type SubscriptionLimits, defaultSubscriptionLimits } from '../subscriptions';
import { type LoadedSupergraph } from '../supergraph';
import { type SubgraphTransport } from '../transport';
import { type Caller } from './caller';

export interface GatewayConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Who may read the schema. `token`: whoever has a valid one. */
  readonly introspection: 'never' | 'token' | 'always';
  /** What becomes of operations with fields that the caller may not have. */
  readonly authorizationMode: AuthorizationMode;
  /** Origins of browsers that may call, e.g. `https://app.example`. */
  readonly allowedOrigins: readonly string[];
  /** Longest wait for one answer of one subgraph. */
  readonly subgraphDeadlineMs: number;
  /** Longest wait for a subgraph's sign of life before the gateway counts as not ready. */
  readonly readinessDeadlineMs: number;
  /** A proxy in front ends TLS and sets X-Forwarded-*. */
  readonly trustProxy: boolean;
  readonly limits: RequestLimits;
  /** Null holds nobody to a rate. */
  readonly rateLimits: RateLimits | null;
  readonly overload: OverloadLimits;
  readonly subscriptionLimits: SubscriptionLimits;
  /** What opens `/metrics`, as a Bearer token. Null: it answers this machine only. */
  readonly metricsToken: string | null;
  /** Whoever has it may see query plans (`x-query-plan: 1`). */
  readonly queryPlanScope: string;
  readonly drain: DrainSettings;
  readonly revocation: RevocationSettings;
}

export const defaultGatewayConfig: GatewayConfig = {
  host: '127.0.0.1',
  port: 4000,
  introspection: 'token',
  authorizationMode: 'filter',
  allowedOrigins: [],
  subgraphDeadlineMs: 5_000,
  readinessDeadlineMs: 2_000,
  trustProxy: false,
  limits: defaultLimits,
  rateLimits: defaultRateLimits,
  overload: defaultOverloadLimits,
  subscriptionLimits: defaultSubscriptionLimits,
  metricsToken: null,
  queryPlanScope: 'auth:organisations:write',
  drain: defaultDrainSettings,
  revocation: defaultRevocationSettings,
};

export interface GatewayOptions {
  readonly supergraph: LoadedSupergraph;
  /** One for each subgraph of the supergraph. */
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  readonly verifyToken: TokenVerifier;
  /** Checks an actor context that a service signed for the audience `gateway`. */
  readonly verifyService: (token: string) => Promise<VerifiedActorContext>;
  /** The region whose callers are served. Null or absent: this gateway knows no regions, for its callers have none. */
  readonly region?: RegionWall | null;
  readonly events: EventTail;
  /** Who tells which tokens are revoked. Null or absent: nobody, and tokens stand until they end. */
  readonly revocation?: RevocationConfig | null;
  /** Who is told of what is refused. Null or absent: nobody. */
  readonly refusals?: RefusalConfig | null;
  /** Decides on the policies that `@policy` names. Absent: none is satisfied. */
  readonly evaluatePolicies?: EvaluatePolicies;
  /** Who decides about consent. Null or absent: nobody, and the fields that need one stay closed. */
  readonly consent?: ConsentConfig | null;
  /** Documents that callers may name instead of sending them. Absent: none, and everybody may send their own. */
  readonly persisted?: PersistedDocuments;
  /** Where the gateways of a platform add up what callers spend. Absent: this process counts alone. */
  readonly rateCounters?: SharedCounters;
  /** How the platform's own staff sign in, and where their sessions are kept. Null or absent: they do not. */
  readonly admin?: { readonly config: AdminConfig; readonly sessions: ExpiringStore } | null;
  readonly log: Logger;
  readonly config: GatewayConfig;
  /**
   * Given, even as an empty list, `/graphql` is served by Apollo Server with these plugins over the same executor, at a
   * price of about 0.13 ms a request.
   */
  readonly apolloPlugins?: readonly ApolloServerPlugin<Caller>[];
  /** Where metrics are kept; the process may keep its own in the same one. */
  readonly registry?: Registry;
}

import { type Registry } from 'prom-client';
import { type TokenVerifier, type VerifiedActorContext } from '#shared/auth';
import { type Logger } from '#shared/logging';
import { type RequestLimits, defaultLimits } from '../limits';
import { type EventTail, type SubscriptionLimits, defaultSubscriptionLimits } from '../subscriptions';
import { type LoadedSupergraph } from '../supergraph';
import { type SubgraphTransport } from '../transport';

export interface GatewayConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Who may read the schema. `token`: whoever has a valid one. */
  readonly introspection: 'never' | 'token' | 'always';
  /** Origins of browsers that may call, e.g. `https://app.example`. */
  readonly allowedOrigins: readonly string[];
  /** Longest wait for one answer of one subgraph. */
  readonly subgraphDeadlineMs: number;
  /** Longest wait for a subgraph's sign of life before the gateway counts as not ready. */
  readonly readinessDeadlineMs: number;
  /** A proxy in front ends TLS and sets X-Forwarded-*. */
  readonly trustProxy: boolean;
  readonly limits: RequestLimits;
  readonly subscriptionLimits: SubscriptionLimits;
}

export const defaultGatewayConfig: GatewayConfig = {
  host: '127.0.0.1',
  port: 4000,
  introspection: 'token',
  allowedOrigins: [],
  subgraphDeadlineMs: 5_000,
  readinessDeadlineMs: 2_000,
  trustProxy: false,
  limits: defaultLimits,
  subscriptionLimits: defaultSubscriptionLimits,
};

export interface GatewayOptions {
  readonly supergraph: LoadedSupergraph;
  /** One for each subgraph of the supergraph. */
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  readonly verifyToken: TokenVerifier;
  /** Checks an actor context that a service signed for the audience `gateway`. */
  readonly verifyService: (token: string) => Promise<VerifiedActorContext>;
  readonly events: EventTail;
  readonly log: Logger;
  readonly config: GatewayConfig;
  /** Where metrics are kept; the process may keep its own in the same one. */
  readonly registry?: Registry;
}

import { type NonEmptyArray } from 'type-graphql';
import { type AuditIndex } from '#shared/audit';
import { type Actor, type Region, type Scope } from '#shared/auth';
import { type KeyProvider } from '#shared/crypto';
import { type ReliedConsent, type TenantEntity, type UnitOfWork } from '#shared/database';
import { type EventType, type PlatformEvent, type TypedEvent } from '#shared/events';
import { type Logger } from '#shared/logging';
import { type Mail } from '#shared/mail';
import { type RegionWall } from '#shared/region';
import { type ObjectStore } from '#shared/storage';
import { type SupergraphClient } from '#shared/supergraph';
import { type Migration } from '#shared/tables';
import { type HttpRoute } from './http-route';
import { type RequestContext } from './request-context';
import { type SystemAccess } from './system-access';

type ResolverClass = new () => object;
type EntityClass = new () => object;

/** What a subgraph may be given to make its ports from. Adapters are chosen here by configuration, nowhere else. */
export interface PortHost {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly region: RegionWall;
  readonly storage: ObjectStore;
  readonly mail: Mail;
  /** Reads of other domains' data, with this subgraph's own scopes. */
  readonly supergraph: SupergraphClient;
  readonly keyProvider: KeyProvider;
  /** Where this subgraph's routes are reached from outside, without a trailing slash. Known once it listens. */
  readonly publicUrl: () => string;
}

/** What a consumer or worker works with besides the event. */
export interface WorkContextOf<Ports> {
  readonly unit: UnitOfWork;
  readonly ports: Ports;
}

/**
 * Reacts to events of other subgraphs. Runs in one transaction with its inbox row, so that an event delivered twice takes
 * effect once. Keep it short and local: no network inside; whatever needs the world goes to a worker.
 */
export interface Consumer<Ports = unknown> {
  readonly name: string;
  readonly types: readonly EventType[];
  handle(event: PlatformEvent, context: WorkContextOf<Ports>): Promise<void>;
}

/** Types a consumer's handler by the events it names. */
export function defineConsumer<T extends EventType, Ports = unknown>(consumer: {
  readonly name: string;
  readonly types: readonly T[];
  handle(event: TypedEvent<T>, context: WorkContextOf<Ports>): Promise<void>;
}): Consumer<Ports> {
  return consumer;
}

/**
 * Does what is due: steps, timers, deliveries. It looks for due rows across organisations, claims each with a lease, does
 * the slow part outside any transaction and records the result in one. Killed at any point, the next run goes on.
 */
export interface Worker<Ports = unknown> {
  readonly name: string;
  /** Longest wait between two looks when nothing wakes it, in milliseconds. */
  readonly pollMs: number;
  /** @returns how many things it did; it is called again at once until it says 0. */
  run(context: WorkerContext<Ports>): Promise<number>;
}

export interface WorkerContext<Ports> {
  readonly system: SystemAccess;
  readonly ports: Ports;
  readonly log: Logger;
  readonly at: Date;
  /** True once the process is stopping: finish the present thing and return. */
  readonly stopping: () => boolean;
}

export interface Organisation {
  readonly organisationId: string;
  readonly region: Region;
}

/** Answers an entity representation `{ __typename, …key }`; null when the actor may not see it. */
export type ReferenceResolver<Ports> = (
  reference: { readonly __typename: string; readonly id: string },
  context: RequestContext<Ports>,
) => TenantEntity | object | null | Promise<TenantEntity | object | null>;

/** A whole subgraph as one value. Nothing runs until it is started. */
export interface Subgraph<Ports = unknown> {
  readonly name: string;
  readonly resolvers: NonEmptyArray<ResolverClass>;
  /** Types that no field reaches: stubs and extensions of other subgraphs' entities. */
  readonly orphanedTypes?: readonly ResolverClass[];
  readonly entities: readonly EntityClass[];
  readonly migrations: readonly Migration[];
  readonly references: Readonly<Record<string, ReferenceResolver<Ports>>>;
  readonly consumers?: readonly Consumer<Ports>[];
  readonly workers?: readonly Worker<Ports>[];
  /**
   * What its records about people are processed for, as consent names purposes. An audit row says so where neither a
   * consent nor a break-glass grant nor the person's own wish tells more.
   */
  readonly purpose?: string;
  /** Scopes its consumers and workers hold when they read the supergraph. */
  readonly serviceScopes?: readonly Scope[];
  readonly ports: (host: PortHost) => Ports | Promise<Ports>;
  /**
   * Fills one organisation with demo data, once, when the platform is first started.
   * @returns what a user of the demo wants to know, for `demo.json`: ids by name, credentials of the demo
   */
  readonly seedDemo?: (context: DemoContext<Ports>) => Promise<Readonly<Record<string, unknown>>>;
  /** Keeps the audit records of all subgraphs together. One subgraph does. */
  readonly auditIndex?: (context: RouteContext<Ports>) => AuditIndex;
  /** What it answers besides GraphQL: OAuth endpoints, provider callbacks. */
  readonly routes?: (context: RouteContext<Ports>) => readonly HttpRoute[] | Promise<readonly HttpRoute[]>;
}

/** A person of the demo data; ids are made before any subgraph is seeded, so that all of them can refer to each other. */
export interface DemoPerson {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly roles: readonly string[];
  readonly practitionerId: string | null;
}

/** One organisation to fill with demo data. */
export interface DemoContext<Ports> {
  readonly unit: UnitOfWork;
  readonly system: SystemAccess;
  readonly ports: Ports;
  readonly organisation: Organisation & { readonly name: string; readonly slug: string };
  readonly people: readonly DemoPerson[];
}

export interface RouteContext<Ports> {
  readonly system: SystemAccess;
  readonly ports: Ports;
  readonly log: Logger;
}

/** Infers the type of the ports; the value is the subgraph. */
export function defineSubgraph<Ports>(subgraph: Subgraph<Ports>): Subgraph<Ports> {
  return subgraph;
}

/** A request to a subgraph, whichever way it came. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
  readonly actor: Actor | null;
  readonly correlationId: string;
  /** The event a subscription field is to answer for. */
  readonly event?: PlatformEvent | null;
  /** By person: the consents by which the gateway has decided that the fields asked for may be released. */
  readonly consents?: Readonly<Record<string, ReliedConsent>> | undefined;
  /** W3C trace context, when it came from another process. */
  readonly traceparent?: string;
}

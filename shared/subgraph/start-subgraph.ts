import { type GraphQLSchema } from 'graphql';
import {
  AuditForwarder,
  AuditSealer,
  auditEntities,
  auditMigrations,
  forwardAnew,
  type AuditIndex,
} from '#shared/audit';
import { type InternalSigner, serviceActor } from '#shared/auth';
import { runInContext } from '#shared/context';
import { KeyRing, keysOfRegion, type KeyProvider } from '#shared/crypto';
import {
  AccessNotes,
  inTransaction,
  openDatabase,
  platformEntities,
  platformMigrations,
  UnitOfWork,
  withTenant,
  type Database,
  type DatabaseOptions,
  type Persistence,
} from '#shared/database';
import {
  consumeOnce,
  eventEntities,
  eventMigrations,
  OutboxRelay,
  type EventTransport,
  type PlatformEvent,
  type Subscription,
} from '#shared/events';
import { type Logger } from '#shared/logging';
import { type Mail } from '#shared/mail';
import { type RegionWall } from '#shared/region';
import { type ObjectStore } from '#shared/storage';
import { createSupergraphClient } from '#shared/supergraph';
import { auditIndexOf } from './audit-index-client';
import { SubgraphExecutor, type SubgraphAnswer } from './executor';
import { type HttpRoute } from './http-route';
import { RequestContext } from './request-context';
import { buildSubgraph } from './schema';
import {
  type Consumer,
  type DemoContext,
  type PortHost,
  type Subgraph,
  type SubgraphRequest,
  type Worker,
} from './subgraph';
import { SystemAccess } from './system-access';
import { WorkerLoop } from './worker-loop';

/** What a subgraph runs on: the adapters of this process, chosen by its launcher. */
export interface Platform {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** The one region it serves. */
  readonly region: RegionWall;
  readonly connection: DatabaseOptions['connection'];
  readonly keyProvider: KeyProvider;
  readonly transport: EventTransport;
  readonly storage: ObjectStore;
  readonly mail: Mail;
  readonly signerOf: (subgraph: string) => InternalSigner;
  readonly supergraphUrl: () => string;
  readonly publicUrlOf: (subgraph: string) => string;
  /** Whether audit records go to the platform's index by way of the supergraph. Default: not; there is no supergraph then. */
  readonly hasAuditIndex?: boolean;
}

/** A subgraph at work. */
export interface RunningSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly schema: GraphQLSchema;
  readonly database: Database;
  readonly system: SystemAccess;
  readonly routes: readonly HttpRoute[];
  readonly startedInMs: number;
  readonly execute: (request: SubgraphRequest) => Promise<SubgraphAnswer>;
  /**
   * Starts what runs by itself: relay, sealer, workers. Call it once every subgraph of the process is open: events are
   * kept for the groups that listen, so all must listen before the first is sent.
   */
  readonly begin: () => void;
  /** See `Subgraph.seedDemo`. */
  seedDemo(demo: Pick<DemoContext<unknown>, 'organisation' | 'people'>): Promise<Readonly<Record<string, unknown>>>;
  /** @throws when the database does not answer. */
  ping(): Promise<void>;
  /** Events not yet delivered: for health, metrics and tests that wait for quiet. */
  lag(): Promise<{ pending: number; oldestAgeMs: number }>;
  /** Finishes what is running and closes. Safe to call twice. */
  stop(): Promise<void>;
}

const supergraphTimeoutMs = 10_000;

/** Opens the database, migrates it and listens for events; `begin` sets the rest going. */
export async function startSubgraph<Ports>(subgraph: Subgraph<Ports>, platform: Platform): Promise<RunningSubgraph> {
  const startedAt = performance.now();
  const log = platform.log.child({ subgraph: subgraph.name });
  const { schema, sdl } = await buildSubgraph(subgraph);
  const { region } = platform;
  const keyProvider = keysOfRegion(platform.keyProvider, region.region);
  const database = await openDatabase({
    name: subgraph.name,
    region: region.region,
    keyProvider,
    entities: [...platformEntities, ...eventEntities, ...auditEntities, ...subgraph.entities],
    migrations: [...platformMigrations, ...eventMigrations, ...auditMigrations, ...subgraph.migrations],
    connection: platform.connection,
  });
  const wakers: (() => void)[] = [];
  const persistence: Persistence = {
    database,
    region,
    keys: new KeyRing(keyProvider),
    committed: () => {
      for (const wake of wakers) wake();
    },
    ...(subgraph.purpose !== undefined && { declaredPurpose: subgraph.purpose }),
  };
  const scopes = subgraph.serviceScopes ?? [];
  const system = new SystemAccess(persistence, { name: subgraph.name, scopes });
  const ports = await subgraph.ports(portHost(subgraph, { ...platform, keyProvider }, log));
  const executor = new SubgraphExecutor<Ports>(schema, sdl, {
    name: subgraph.name,
    region,
    log,
    contextFor: ({ actor, event = null, consents }) =>
      new RequestContext({ actor, event, consents, persistence, ports, system, at: new Date() }),
  });
  const engine = await startEngine({ subgraph, platform, persistence, ports, system, log });
  wakers.push(engine.wake);
  return {
    name: subgraph.name,
    sdl,
    schema,
    database,
    system,
    routes: (await subgraph.routes?.({ system, ports, log })) ?? [],
    startedInMs: Math.round(performance.now() - startedAt),
    execute: (request) => executor.execute(request),
    begin: engine.begin,
    seedDemo: async ({ organisation, people }) => {
      const unit = system.unitFor(organisation, new Date());
      return (await subgraph.seedDemo?.({ unit, system, ports, organisation, people })) ?? {};
    },
    ping: () => database.ping(),
    lag: () => engine.lag(),
    stop: once(async () => {
      await engine.stop();
      await database.close();
    }),
  };
}

function portHost<Ports>({ name, serviceScopes = [] }: Subgraph<Ports>, platform: Platform, log: Logger): PortHost {
  const { environment, storage, mail, keyProvider, region } = platform;
  const supergraph = createSupergraphClient({
    url: platform.supergraphUrl,
    signer: platform.signerOf(name),
    scopes: serviceScopes,
    timeoutMs: supergraphTimeoutMs,
  });
  const publicUrl = (): string => platform.publicUrlOf(name);
  return { environment, log, region, storage, mail, keyProvider, supergraph, publicUrl };
}

interface EngineParts<Ports> {
  readonly subgraph: Subgraph<Ports>;
  readonly platform: Platform;
  readonly persistence: Persistence;
  readonly ports: Ports;
  readonly system: SystemAccess;
  readonly log: Logger;
}

interface Engine {
  readonly begin: () => void;
  readonly wake: () => void;
  readonly lag: () => Promise<{ pending: number; oldestAgeMs: number }>;
  readonly stop: () => Promise<void>;
}

/** Everything that runs without a request: relay, sealer, consumers, workers. */
async function startEngine<Ports>(parts: EngineParts<Ports>): Promise<Engine> {
  const { subgraph, platform, persistence, ports, system, log } = parts;
  const { system: dataSource } = persistence.database;
  const subscriptions = await Promise.all(
    (subgraph.consumers ?? []).map((consumer) =>
      platform.transport.subscribe(`${subgraph.name}.${consumer.name}`, consumer.types, (event) =>
        handle(parts, consumer, event),
      ),
    ),
  );
  const index = auditIndex(parts);
  if (index) subscriptions.push(await followIndex(parts));
  const relay = new OutboxRelay({ dataSource, transport: platform.transport, log });
  const sealer = new AuditSealer({ dataSource, log });
  const forwarder = index && new AuditForwarder({ dataSource, log, index });
  const loops: WorkerLoop[] = [];
  return {
    begin: () => {
      relay.start();
      sealer.start();
      forwarder?.start();
      for (const worker of subgraph.workers ?? [])
        loops.push(loopOf(worker, { system, ports, log, name: subgraph.name }));
    },
    wake: () => {
      // The sealer comes by every second: a batch of many rows costs what one row does.
      relay.wake();
      for (const loop of loops) loop.wake();
    },
    lag: () => relay.lag(),
    stop: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      await Promise.all(loops.map((loop) => loop.stop()));
      await relay.stop();
      await sealer.stop();
      await forwarder?.stop();
    },
  };
}

const auditIndexScopes = ['auth:audit:index'] as const;

/** Where this subgraph's audit records are brought to; null when nowhere. */
function auditIndex<Ports>({ subgraph, platform, system, ports, log }: EngineParts<Ports>): AuditIndex | null {
  if (subgraph.auditIndex) return subgraph.auditIndex({ system, ports, log });
  if (platform.hasAuditIndex !== true) return null;
  const { supergraphUrl: url, signerOf } = platform;
  const signer = signerOf(subgraph.name);
  return auditIndexOf(
    createSupergraphClient({ url, signer, scopes: auditIndexScopes, timeoutMs: supergraphTimeoutMs }),
  );
}

function loopOf<Ports>(
  worker: Worker<Ports>,
  { name, ...context }: Pick<EngineParts<Ports>, 'system' | 'ports' | 'log'> & { readonly name: string },
): WorkerLoop {
  const loop: WorkerLoop = new WorkerLoop({
    name: `${name}.${worker.name}`,
    pollMs: worker.pollMs,
    log: context.log,
    run: () => worker.run({ ...context, at: new Date(), stopping: () => loop.stopping }),
  });
  return loop;
}

/** Told that the index has been emptied, the records of the organisation are brought to it again; told twice, it is the same. */
function followIndex<Ports>({ subgraph, platform, persistence }: EngineParts<Ports>): Promise<Subscription> {
  return platform.transport.subscribe(`${subgraph.name}.audit-index`, ['auth.audit.index_emptied'], (event) =>
    forwardAnew(persistence.database.system, event.organisationId, new Date()),
  );
}

/**
 * One event, one transaction: the inbox row and whatever the consumer does stand or fall together.
 * @throws {DomainError} WRONG_REGION for an event of another region; it ends among the dead letters
 */
async function handle<Ports>(
  parts: EngineParts<Ports>,
  consumer: Consumer<Ports>,
  event: PlatformEvent,
): Promise<void> {
  const { subgraph, persistence, ports } = parts;
  persistence.region.assertHere(event.region);
  const actor = serviceActor(subgraph.name, event, subgraph.serviceScopes ?? []);
  const name = `${subgraph.name}.${consumer.name}`;
  const work = { correlationId: event.correlationId, causationId: event.id, operationName: name };
  const options = { actor, at: new Date(), accessNotes: new AccessNotes() };
  await runInContext(work, () =>
    withTenant(event.organisationId, () =>
      inTransaction(persistence.database.tenant, (manager) =>
        consumeOnce(manager, name, event, async () => {
          const unit = new UnitOfWork(persistence, options, manager);
          await consumer.handle(event, { unit, ports });
          await unit.writeNotes();
        }),
      ),
    ),
  );
  persistence.committed();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | null = null;
  return () => (result ??= work());
}

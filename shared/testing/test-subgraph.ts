import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor, generateInternalKeys, type Region } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { localKeyProvider } from '#shared/crypto';
import {
  inProcessTransport,
  type EventData,
  type EventDataOf,
  type EventTransport,
  type EventType,
  type PlatformEvent,
} from '#shared/events';
import { newId } from '#shared/ids';
import { createLogger } from '#shared/logging';
import { createMail, type DevMailbox } from '#shared/mail';
import { RegionWall } from '#shared/region';
import { createObjectStore, createS3Subset, type ObjectStore } from '#shared/storage';
import {
  startSubgraph,
  type HttpRoute,
  type RunningSubgraph,
  type Subgraph,
  type SubgraphAnswer,
} from '#shared/subgraph';
import { testConnection } from './test-connection';

/** What outlives a process: a database and a folder of keys and objects. */
export interface TestGround extends ReturnType<typeof testConnection> {
  readonly directory: string;
}

/** Ground for several starts in turn, as after a crash. Whoever asks for it removes it. */
export function testGround(): TestGround {
  const { connection, remove } = testConnection();
  const directory = mkdtempSync(join(tmpdir(), 'sa-test-files-'));
  return {
    connection,
    directory,
    remove: async () => {
      await remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface TestSubgraphOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Stands for the rest of the supergraph: answers what the subgraph reads from other domains. */
  readonly supergraph?: (query: string, variables: Record<string, unknown>) => unknown;
  /** Where an earlier one stood, to go on from what it left; else its own, removed when it stops. */
  readonly ground?: TestGround;
  /** The region that is served; UK when absent. */
  readonly region?: Region;
}

/** One subgraph at work on a database of its own, with a real event transport and a real object store. */
export interface TestSubgraph {
  readonly running: RunningSubgraph;
  readonly storage: ObjectStore;
  /** The mails it has sent; null when they go out by SMTP. */
  readonly mailbox: DevMailbox | null;
  /** Where its routes are reached. */
  readonly publicUrl: string;
  /** Every event that has left the outbox, in order. */
  readonly events: readonly PlatformEvent[];
  /** Runs an operation as an actor, as the gateway would. */
  ask(
    actor: Actor | null,
    query: string,
    variables?: Record<string, unknown>,
    event?: PlatformEvent,
  ): Promise<SubgraphAnswer>;
  /** Delivers an event of another subgraph and waits until every consumer has handled it. */
  deliver<T extends EventType>(type: T, event: EventToDeliver<T>): Promise<PlatformEvent>;
  /** Resolves when `condition` holds; polls, and fails after 30 s naming what it waited for. */
  until<T>(
    what: string,
    condition: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  ): Promise<T>;
  stop(): Promise<void>;
}

export interface EventToDeliver<T extends EventType> {
  readonly organisation: { organisationId: string; region: Region };
  readonly resourceId: string;
  readonly aggregate?: { type: string; id: string };
  readonly data: EventDataOf<T>;
  /** The same id twice is a redelivery. */
  readonly id?: string;
}

export async function startTestSubgraph<Ports>(
  subgraph: Subgraph<Ports>,
  { environment = {}, supergraph = () => null, ground, region = 'UK' }: TestSubgraphOptions = {},
): Promise<TestSubgraph> {
  const { connection, directory, remove } = ground ?? testGround();
  const wall = new RegionWall(region);
  const events: PlatformEvent[] = [];
  const transport = inProcessTransport();
  transport.tail((event) => events.push(event));
  const objects = await startObjects(join(directory, 'objects'), wall);
  const reader = await listen(createServer((request, response) => answerAsSupergraph(supergraph, request, response)));
  const routes: HttpRoute[] = [];
  const outside = await listen(createServer((request, response) => serveRoutes(routes, request, response)));
  const { signers } = generateInternalKeys([`service:${subgraph.name}`]);
  const mail = createMail(environment);
  const close = async (): Promise<void> => {
    await transport.close();
    await objects.stop();
    await reader.stop();
    await outside.stop();
    if (!ground) await remove();
  };
  const running = await startSubgraph(subgraph, {
    environment,
    log: createLogger('silent'),
    region: wall,
    connection,
    keyProvider: localKeyProvider(join(directory, 'kek'), region),
    transport,
    storage: objects.storage,
    mail,
    signerOf: (name) => {
      const signer = signers.get(`service:${name}`);
      if (!signer) throw new Error(`No key for ${name}`);
      return signer;
    },
    supergraphUrl: () => reader.url,
    publicUrlOf: () => outside.url,
  }).catch(async (error: unknown) => {
    await close(); // what still listens would keep the test's process alive
    throw error;
  });
  routes.push(...running.routes);
  running.begin();
  return {
    running,
    storage: objects.storage,
    mailbox: mail.mailbox,
    publicUrl: outside.url,
    events,
    // eslint-disable-next-line @typescript-eslint/max-params -- who, what, with what, on which event: tests read best so
    ask: (actor, query, variables = {}, event) =>
      running.execute({ query, variables, actor, correlationId: newCorrelationId(), event: event ?? null }),
    deliver: (type, event) => deliver(transport, type, event),
    until,
    stop: async () => {
      await running.stop();
      await close();
    },
  };
}

async function deliver<T extends EventType>(
  transport: EventTransport,
  type: T,
  {
    organisation,
    resourceId,
    data,
    aggregate = { type: 'Test', id: resourceId },
    id = newId('evt'),
  }: EventToDeliver<T>,
): Promise<PlatformEvent> {
  const event: PlatformEvent = {
    ...{ id, type, version: 1, ...organisation, resourceId, aggregate },
    ...{ actor: { clientId: null, userId: null, subject: 'service:test' }, occurredAt: new Date().toISOString() },
    ...{ correlationId: newCorrelationId(), causationId: null },
    data: data as EventData,
  };
  await transport.publish([event]);
  return event;
}

async function until<T>(
  what: string,
  condition: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Waited 30 s for ${what}`);
}

async function startObjects(
  directory: string,
  wall: RegionWall,
): Promise<{ storage: ObjectStore; stop: () => Promise<void> }> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test-secret' };
  const region = 'eu-west-2';
  const subset = createS3Subset({ directory, credentials, region, wall, maxBytes: 25_000_000 });
  const server = await listen(createServer(subset));
  const storage = createObjectStore({
    endpoint: server.url,
    region,
    residency: wall.region,
    bucket: 'test',
    ...credentials,
    forcePathStyle: true,
  });
  await storage.ensureBucket();
  return {
    storage,
    stop: async () => {
      storage.close();
      await server.stop();
    },
  };
}

function answerAsSupergraph(
  supergraph: NonNullable<TestSubgraphOptions['supergraph']>,
  request: NodeJS.ReadableStream,
  response: { writeHead(status: number, headers: Record<string, string>): unknown; end(text: string): unknown },
): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
      query: string;
      variables: Record<string, unknown>;
    };
    const data = supergraph(query, variables);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data }));
  });
}

function serveRoutes(routes: readonly HttpRoute[], request: IncomingMessage, response: ServerResponse): void {
  const [path = '/'] = (request.url ?? '/').split('?');
  const route = routes.find(
    (one) => one.path === path || (one.path.endsWith('/*') && path.startsWith(one.path.slice(0, -1))),
  );
  if (route) route.handle(request, response);
  else response.writeHead(404).end();
}

async function listen(server: Server): Promise<{ url: string; stop: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

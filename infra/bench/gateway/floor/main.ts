import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { z } from 'zod';
import { silentLogger } from '#shared/logging';
import {
  createGateway,
  defaultGatewayConfig,
  httpTransport,
  loadSupergraph,
  type SubgraphRequest,
  type SubgraphTransport,
} from '../../../../gateway';
import { type GatewayReady } from '../messages';
import { unlimited } from '../own/unlimited';
import { shopOperations, shopSubgraphs } from '../shop';

const settingsSchema = z.object({ supergraph: z.string(), ports: z.record(z.enum(shopSubgraphs), z.number()) });
type Settings = z.infer<typeof settingsSchema>;

interface Sent {
  readonly transport: SubgraphTransport;
  readonly request: SubgraphRequest;
}

/** One operation: its fetches, those that wait for nothing but the stage before at a time, and its answer. */
interface Recording {
  readonly stages: readonly (readonly Sent[])[];
  readonly answer: unknown;
}

/** Reads on one connection, as our gateways of the bench have it. */
const pipelining = 16;

const refuse = (): Promise<never> => Promise.reject(new Error('Nobody has a token here'));

/** Lets our gateway, without any feature, answer each operation once. */
async function record(settings: Settings): Promise<Map<string, Recording>> {
  let stages: Sent[][] = [];
  let answered = 0;
  const recorded = ([name, transport]: [string, SubgraphTransport]): [string, SubgraphTransport] => [
    name,
    {
      execute: async (request) => {
        const { query, variables, correlationId } = request;
        const stage = answered;
        (stages[stage] ??= []).push({ transport, request: { query, variables, actor: null, correlationId } });
        const result = await transport.execute(request);
        answered = Math.max(answered, stage + 1);
        return result;
      },
      close: () => Promise.resolve(),
    },
  ];
  const transports = shopSubgraphs.map((name): [string, SubgraphTransport] => [
    name,
    httpTransport({ name, url: `http://127.0.0.1:${settings.ports[name]}/graphql`, contexts: null, pipelining }),
  ]);
  const gateway = await createGateway({
    supergraph: loadSupergraph(readFileSync(settings.supergraph, 'utf8')),
    transports: new Map(transports.map(recorded)),
    ...{ verifyToken: refuse, verifyService: refuse, events: { subscribe: () => () => undefined } },
    log: silentLogger,
    config: { ...defaultGatewayConfig, port: 0, rateLimits: null, limits: unlimited(defaultGatewayConfig.limits) },
  });
  const url = await gateway.listen();
  const recordings = new Map<string, Recording>();
  for (const { query, variables } of shopOperations) {
    [stages, answered] = [[], 0];
    const body = JSON.stringify({ query, variables });
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer = (await response.json()) as { errors?: unknown };
    if (answer.errors) throw new Error(`The floor has no answer to replay: ${JSON.stringify(answer.errors)}`);
    recordings.set(query, { answer, stages });
  }
  await gateway.close();
  return recordings;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  recordings: Map<string, Recording>,
): Promise<void> {
  const { query } = JSON.parse(await textOf(request)) as { query: string };
  const recording = recordings.get(query);
  if (!recording) throw new Error('The floor was asked what it has not heard');
  for (const stage of recording.stages) {
    await Promise.all(stage.map(({ transport, request: sent }) => transport.execute(sent)));
  }
  const body = Buffer.from(JSON.stringify(recording.answer));
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
  });
}

async function main(file: string): Promise<void> {
  const recordings = await record(settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
  const server = createServer((request, response) => {
    answer(request, response, recordings).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ready: GatewayReady = { kind: 'ready', port: (server.address() as AddressInfo).port };
  process.send?.(ready);
  process.on('disconnect', () => process.exit());
}

void main(process.argv[2] ?? '');

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '#shared/config';
import { exportKeys, exportSigner, generateInternalKeys } from '#shared/auth';
import { startGateway } from '.';
import { readGatewayEnvironment } from './config';
import { clinicTypeDefs } from './testing/clinic';
import { EventSource } from './testing/event-source';
import { RawSocket } from './testing/socket-client';
import { type SubgraphServer, serveSubgraph } from './testing/subgraph-server';
import { type TokenIssuer, audience, createIssuer, issuer } from './testing/tokens';

const { signers, keys } = generateInternalKeys(['gateway']);
let folder: string;
let subgraph: SubgraphServer;
let tokens: TokenIssuer;
let keyServer: Server;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  writeFileSync(join(folder, 'clinical.graphql'), clinicTypeDefs.clinical);
  const entry = 'clinical: { routing_url: "http://127.0.0.1:1/graphql", schema: { file: clinical.graphql } }';
  writeFileSync(join(folder, 'supergraph.yaml'), `federation_version: =2.14.4\nsubgraphs:\n  ${entry}\n`);
  subgraph = await serveSubgraph('clinical', keys);
  tokens = await createIssuer();
  keyServer = createServer((_request, response) => response.end(JSON.stringify(tokens.keys))).listen(0, '127.0.0.1');
  await once(keyServer, 'listening');
  const signer = signers.get('gateway');
  environment = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'),
    SUBGRAPH_URL_CLINICAL: subgraph.url,
    ...{ TOKEN_ISSUER: issuer, REGION: 'UK' },
    TOKEN_AUDIENCE: audience,
    JWKS_URL: `http://127.0.0.1:${String((keyServer.address() as AddressInfo).port)}/jwks`,
    INTERNAL_PRIVATE_KEY: signer && exportSigner(signer),
    INTERNAL_KEYS: exportKeys(keys),
  };
});

afterAll(async () => {
  await subgraph.close();
  keyServer.close();
  keyServer.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test('starts alone from its environment, and closes its event source with itself', async () => {
  let closed = 0;
  const openEvents = (): ReturnType<Parameters<typeof startGateway>[0]> => ({
    tail: new EventSource(),
    close: () => {
      closed++;
      return Promise.resolve();
    },
  });
  const gateway = await startGateway(openEvents, readGatewayEnvironment(environment));
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await tokens.bearer(['clinical:records:read']) },
    body: JSON.stringify({ query: '{ ledger }' }),
  });
  expect(await response.json()).toEqual({ data: { ledger: 'ledger' } });
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  await gateway.close();
  expect(closed).toBe(1);
});

test('takes as many sockets as its environment allows', async () => {
  const openEvents = (): ReturnType<Parameters<typeof startGateway>[0]> => ({
    tail: new EventSource(),
    close: () => Promise.resolve(),
  });
  const gateway = await startGateway(openEvents, readGatewayEnvironment({ ...environment, MAX_SOCKETS: '1' }));
  const only = await RawSocket.open(gateway.url);
  await expect(RawSocket.open(gateway.url)).rejects.toThrow('503');
  only.close();
  await gateway.close();
});

test('names every variable that is missing', () => {
  const { JWKS_URL: _url, INTERNAL_KEYS: _keys, ...incomplete } = environment;
  expect(() => readGatewayEnvironment(incomplete)).toThrow(ConfigError);
  expect(() => readGatewayEnvironment(incomplete)).toThrow(/JWKS_URL: .*\nINTERNAL_KEYS: /);
});

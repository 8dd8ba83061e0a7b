import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type Scope } from '#shared/auth';
import { PersistedDocuments, documentIdOf, readManifest } from '../persisted';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

const board =
  '# The cases on the board.\nquery Board($first: Int) { cases(first: $first) { id title reviews { text } } }';
const ledger = 'query Ledger { ledger }';
const openCase = 'mutation OpenCase($title: String!) { openCase(title: $title) { id title } }';
const hidden = 'query Hidden { ping }';
const gone = 'query Gone { fieldOfAnEarlierSchema }';
const broken = 'query Broken { boom }';
const watch = 'subscription Watch { caseChanged(caseId: "c1") { id } }';

const entry = (body: string, mcp: boolean, description?: string): object => ({
  ...{ id: documentIdOf(body), name: '', type: 'query', body },
  ...(mcp && { mcp }),
  ...(description !== undefined && { description }),
});

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ persisted: documents() });
  await gateway.listen();
});

afterAll(() => gateway.close());

function documents(): PersistedDocuments {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  const file = join(folder, 'manifest.json');
  const marked = [board, ledger, gone, broken, watch].map((body) => entry(body, true));
  const operations = [...marked, entry(openCase, true, 'Opens a case.'), entry(hidden, false)];
  writeFileSync(file, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
  const options = { only: 'all', clients: new Set<string>(), automaticLength: 0, count: () => undefined } as const;
  const read = new PersistedDocuments(options);
  read.replace(readManifest(file));
  rmSync(folder, { recursive: true });
  return read;
}

/** The SDK's own client, as a host of a model has it. */
async function connect(scopes: readonly Scope[]): Promise<Client> {
  const headers = { authorization: await gateway.issuer.bearer(scopes) };
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit: { headers } });
  await client.connect(transport);
  return client;
}

async function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  const accept = 'application/json, text/event-stream';
  return fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...headers },
    body,
  });
}

const listing = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

describe('the tools', () => {
  test('are the operations that the manifest marks, with what they take and whether they change anything', async () => {
    const client = await connect(['clinical:cases:write']);
    const { tools } = await client.listTools();
    expect(tools).toEqual([
      {
        name: 'Board',
        description: 'The cases on the board.',
        inputSchema: expect.objectContaining({ type: 'object', required: [], additionalProperties: false }),
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      expect.objectContaining({ name: 'Broken' }),
      {
        name: 'OpenCase',
        description: 'Opens a case.',
        inputSchema: {
          type: 'object',
          properties: { title: { type: 'string' } },
          required: ['title'],
          additionalProperties: false,
        },
        annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
      },
    ]);
    expect(client.getServerVersion()).toMatchObject({ name: 'sa-platform' });
    await client.close();
  });

  test('are those that the caller’s scopes admit', async () => {
    const client = await connect(['clinical:records:read']);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['Board', 'Ledger', 'Broken']);
    await client.close();
  });
});

describe('a call', () => {
  let client: Client;
  beforeAll(async () => {
    client = await connect(['clinical:cases:write']);
  });
  afterAll(() => client.close());

  test('is answered with the data, as structure and as text, with the caller’s scopes cut as everywhere', async () => {
    const result = await client.callTool({ name: 'Board', arguments: { first: 2 } });
    expect(result.isError).toBeUndefined();
    expect(result.structuredContent).toMatchObject({
      data: { cases: [{ id: 'c1', title: 'Case c1', reviews: [{ text: null }, { text: null }] }, { id: 'c2' }] },
    });
    const { errors } = result.structuredContent as { errors: { path: unknown[]; extensions: { code: string } }[] };
    expect(errors).toHaveLength(4);
    expect(errors[0]).toMatchObject({ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } });
    expect(result.content).toEqual([{ type: 'text', text: JSON.stringify(result.structuredContent) }]);
  });

  test('runs a mutation on the caller’s behalf', async () => {
    const result = await client.callTool({ name: 'OpenCase', arguments: { title: 'Mole' } });
    expect(result.structuredContent).toEqual({ data: { openCase: { id: 'c9', title: 'Mole' } } });
    expect(gateway.calls.at(-1)?.actor).toMatchObject({ subject: 'usr_test', clientId: 'cli_test' });
  });

  test('fails as a tool, with a code, when its arguments do not fit', async () => {
    const result = await client.callTool({ name: 'OpenCase', arguments: { title: 7 } });
    expect(result.isError).toBe(true);
    expect(result.structuredContent).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('masks what a subgraph lets slip', async () => {
    const result = await client.callTool({ name: 'Broken' });
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
    });
    expect(JSON.stringify(result)).not.toContain('SELECT');
  });

  test.each(['Hidden', 'Ledger', 'Gone', 'Watch', 'ping'])(
    'is refused for %s, which is no tool of this caller',
    async (name) => {
      await expect(client.callTool({ name })).rejects.toThrow('There is no such tool');
    },
  );

  test('counts as any other request does', async () => {
    await client.callTool({ name: 'Board' });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const hash = documentIdOf(board).slice('sha256:'.length, 'sha256:'.length + 12);
    expect(metrics).toContain(`gateway_request_duration_seconds_count{operation="${hash}",status="200"`);
  });
});

describe('the endpoint', () => {
  test.each([
    ['no token', {}, 401],
    ['a bad token', { authorization: 'Bearer a.b.c' }, 401],
    ['a page of a foreign origin', { origin: 'https://evil.example' }, 403],
  ])('refuses %s', async (_who, headers, status) => {
    const response = await post(listing, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer error="invalid_token"' : null);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } });
  });

  test.each(['', 'nonsense', '7', `[${listing},${listing}]`])('refuses what is not one message: %s', async (body) => {
    const response = await post(body, { authorization: await gateway.issuer.bearer([]) });
    expect(response.status).toBe(400);
  });

  test('has no sessions to open or to end', async () => {
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(`${gateway.url}/mcp`, { method, headers: { accept: 'text/event-stream' } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  test('is not there without a manifest', async () => {
    const bare = await startTestGateway();
    await bare.listen();
    expect((await fetch(`${bare.url}/mcp`, { method: 'POST' })).status).toBe(404);
    await bare.close();
  });
});

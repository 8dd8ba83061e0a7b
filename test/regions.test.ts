import { once } from 'node:events';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type Region } from '#shared/region';
import { Api } from '../infra/case/api';
import { type Child } from './child';
import { registerPatient } from './clinic';
import { mode } from './config';
import { Databases } from './databases';
import { makeGround, type Ground } from './ground';
import { TestPlatform } from './platform';

const subgraphs = ['auth', 'clinical', 'consent'];
const canaries = { UK: 'Ukcanary', US: 'Uscanary' } as const;
const json = { 'content-type': 'application/json' };
const patientsQuery = '{ patients(first: 50) { nodes { id identity { givenName familyName } } } }';
const addresses = { UK: 'https://uk.example', US: 'https://us.example' };

/** A deployment with somebody in it, as its clients know it. */
interface Deployment {
  readonly region: Region;
  readonly platform: TestPlatform;
  /** Of a client with the scopes of a whole case. */
  readonly token: string;
  readonly patientId: string;
}

async function deploy(region: Region): Promise<Deployment> {
  const REGION_URLS = Object.entries(addresses)
    .map((pair) => pair.join('='))
    .join(',');
  const platform = await TestPlatform.start({ REGION: region, REGION_URLS, SUBGRAPHS: subgraphs.join(',') });
  const { clients, urls } = platform.demo;
  const client = clients.find(({ name }) => name === 'case-cli')!;
  const granted = await fetch(urls['token']!, {
    method: 'POST',
    headers: { authorization: basic(client), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const { graphql = '', ws = '' } = urls;
  const staff = new Api({ graphql, ws, token: urls['token']! }, token);
  const patientId = await registerPatient(staff, { givenName: canaries[region], familyName: canaries[region] });
  return { region, platform, token, patientId };
}

function basic({ clientId, clientSecret }: { clientId: string; clientSecret: string }): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}

/** Two deployments on one machine, as two of the world would be, and whoever comes to the wrong one. */
describe(`two regions side by side (${mode})`, () => {
  let uk: Deployment;
  let us: Deployment;
  beforeAll(async () => {
    uk = await deploy('UK');
    us = await deploy('US');
  }, 240_000);
  afterAll(async () => {
    await Promise.all([uk, us].map(({ platform }) => platform.remove()));
  }, 60_000);

  /** Both ways: who asks where. */
  const crossings = (): [Deployment, Deployment][] => [
    [uk, us],
    [us, uk],
  ];

  // eslint-disable-next-line @typescript-eslint/max-params -- where, as whom, what and how: tests read best so
  const post = (at: Deployment, token: string, body: unknown, headers: object = {}): Promise<Response> =>
    fetch(at.platform.demo.urls['graphql']!, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify(body),
    });

  function expectPointer(text: string, from: Deployment): void {
    expect(text).toContain('WRONG_REGION');
    expect(text).toContain(addresses[from.region]);
    for (const canary of Object.values(canaries)) expect(text).not.toContain(canary);
  }

  test('each answers its own callers, with its own region and its own rows', async () => {
    for (const at of [uk, us]) {
      const response = await post(at, at.token, { query: patientsQuery });
      const text = await response.text();
      expect(text).toContain(canaries[at.region]);
      expect(text).not.toContain(canaries[at.region === 'UK' ? 'US' : 'UK']);
      const claims = JSON.parse(Buffer.from(at.token.split('.')[1]!, 'base64url').toString()) as { region: string };
      expect([claims.region, at.platform.demo.organisations.map(({ region }) => region)]).toEqual([
        at.region,
        [at.region, at.region],
      ]);
    }
  });

  test('queries, mutations, GETs, batches and event streams with a token of the other are sent there', async () => {
    for (const [from, at] of crossings()) {
      const mutation = `mutation { createPatient(input: { idempotencyKey: "${randomUUID()}", identity: { givenName: "Planted", familyName: "Planted" } }) { patient { id } } }`;
      const search = new URLSearchParams({ query: patientsQuery }).toString();
      const headers = { ...json, authorization: `Bearer ${from.token}` };
      const responses = [
        await post(at, from.token, { query: patientsQuery }),
        await post(at, from.token, { query: mutation }),
        await post(at, from.token, [{ query: patientsQuery }]),
        await post(at, from.token, { query: patientsQuery }, { accept: 'text/event-stream' }),
        await fetch(`${at.platform.demo.urls['graphql']!}?${search}`, { headers }),
      ];
      for (const response of responses) {
        expect(response.status).toBe(403);
        expectPointer(await response.text(), from);
      }
    }
  });

  test('so are sockets and tool calls', async () => {
    for (const [from, at] of crossings()) {
      const socket = new WebSocket(at.platform.demo.urls['ws']!, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${from.token}` } }));
      const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
      expect([code, reason.toString()]).toEqual([4403, `WRONG_REGION ${from.region} ${addresses[from.region]}`]);
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
      const headers = { ...json, authorization: `Bearer ${from.token}`, accept: 'application/json, text/event-stream' };
      const tools = await fetch(new URL('/mcp', at.platform.demo.urls['graphql']), {
        ...{ method: 'POST', headers, body: JSON.stringify(call) },
      });
      expect(tools.status).toBe(403);
      expectPointer(await tools.text(), from);
    }
  });

  test('an OAuth endpoint sends a bearer of the other there, and does not know its clients', async () => {
    for (const [from, at] of crossings()) {
      const [url] = [at.platform.demo.urls['token']!];
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams({ grant_type: 'client_credentials' });
      const bearer = await fetch(url, {
        method: 'POST',
        headers: { ...form, authorization: `Bearer ${from.token}` },
        body,
      });
      expect(bearer.status).toBe(403);
      expectPointer(await bearer.text(), from);
      const client = from.platform.demo.clients[0]!;
      const stranger = await fetch(url, { method: 'POST', headers: { ...form, authorization: basic(client) }, body });
      expect([stranger.status, await stranger.json()]).toEqual([
        401,
        expect.objectContaining({ error: 'invalid_client' }),
      ]);
    }
  });

  test('the address of an object of the other is answered with where that is', async () => {
    for (const [from, at] of crossings()) {
      const [theirs, ours] = await Promise.all([uploadUrl(from), uploadUrl(at)]);
      const { pathname, search } = new URL(theirs);
      expect(pathname).toContain(`/${from.region.toLowerCase()}/`);
      for (const method of ['GET', 'PUT']) {
        const body = method === 'PUT' ? { body: 'planted' } : {};
        const response = await fetch(`${new URL(ours).origin}${pathname}${search}`, { method, ...body });
        const text = await response.text();
        expect([response.status, text]).toEqual([403, expect.stringContaining('<Code>WrongRegion</Code>')]);
        expect(text).toContain(`<Region>${from.region}</Region>`);
      }
    }
  });

  test('records of the other are not there by their ids either', async () => {
    for (const [from, at] of crossings()) {
      const response = await post(at, at.token, {
        query: 'query ($id: ID!) { patient(id: $id) { id identity { givenName } } }',
        variables: { id: from.patientId },
      });
      expect(await response.json()).toMatchObject({ data: { patient: null } });
    }
  });

  test('no row of either database names the other region, and each database says whose it is', async () => {
    for (const { region, platform } of [uk, us]) {
      const databases = new Databases(platform.ground);
      for (const subgraph of subgraphs) {
        expect(await databases.query(subgraph, 'SELECT name, region FROM region_stamps')).toEqual([
          { name: 'deployment', region },
        ]);
        for (const table of await databases.tables(subgraph)) {
          const [row] = await databases.query(subgraph, `SELECT * FROM ${table} LIMIT 1`);
          if (row?.['region'] === undefined) continue;
          const strays = await databases.query(subgraph, `SELECT region FROM ${table} WHERE region <> '${region}'`);
          expect([subgraph, table, strays]).toEqual([subgraph, table, []]);
        }
      }
    }
  });

  async function uploadUrl({ platform, token, patientId }: Deployment): Promise<string> {
    const { graphql = '', ws = '' } = platform.demo.urls;
    const staff = new Api({ graphql, ws, token: '' }, token);
    const { createCase } = await staff.run<{ createCase: { case: { id: string } } }>(
      'mutation createCase($input: CreateCaseInput!) { createCase(input: $input) { case { id } userErrors { code message } } }',
      {
        input: {
          idempotencyKey: randomUUID(),
          patientId,
          pathway: 'URGENT_SUSPECTED_CANCER',
          priority: 'URGENT',
          referralReason: 'A mole',
        },
      },
    );
    const picture = { fileName: 'mole.jpg', contentType: 'image/jpeg', byteSize: 7, imageKind: 'DERMOSCOPIC' };
    const sha256 = createHash('sha256').update('planted').digest('hex');
    const { requestUpload } = await staff.run<{ requestUpload: { ticket: { put: { url: string } } } }>(
      'mutation requestUpload($input: RequestUploadInput!) { requestUpload(input: $input) { ticket { put { url } } userErrors { code message } } }',
      { input: { idempotencyKey: randomUUID(), caseId: createCase.case.id, ...picture, sha256 } },
    );
    return requestUpload.ticket.put.url;
  }

  describe('started on what is the other’s', () => {
    let own: Ground;
    beforeAll(async () => {
      await us.platform.stop();
      own = await makeGround({ REGION: 'UK', SUBGRAPHS: subgraphs.join(',') });
    }, 60_000);
    afterAll(() => own.remove());

    const theirs = (...path: string[]): string => join(us.platform.ground.directory, ...path);

    /** A UK deployment on its own ground, but for what the test puts there of the US one. */
    async function startUk(settings: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; said: string }> {
      const child: Child = us.platform.launch({ ...own.environment, ...settings });
      const code = await child.exitCode;
      return { code, said: child.output() };
    }

    function expectMismatch(what: string, { code, said }: { code: number | null; said: string }): void {
      expect([said, code]).toEqual([
        expect.stringMatching(new RegExp(`REGION_MISMATCH: the ${what} .* of region US`)),
        1,
      ]);
      expect(said).toContain('this deployment is REGION=UK');
    }

    test('it does not use the root key', async () => {
      mkdirSync(join(own.directory, 'keys'), { recursive: true });
      cpSync(theirs('keys', 'kek'), join(own.directory, 'keys', 'kek'));
      const before = readFileSync(theirs('keys', 'kek'));
      expectMismatch('key', await startUk());
      expect(readFileSync(join(own.directory, 'keys', 'kek')).equals(before)).toBe(true);
      rmSync(join(own.directory, 'keys'), { recursive: true });
    }, 60_000);

    test('it does not use the objects', async () => {
      cpSync(theirs('objects'), join(own.directory, 'objects'), { recursive: true });
      expectMismatch('bucket', await startUk());
      rmSync(join(own.directory, 'objects'), { recursive: true });
    }, 60_000);

    test('it does not open the databases, and runs no migration on them', async () => {
      const databases = new Databases(us.platform.ground);
      const sql = 'SELECT name FROM schema_migrations ORDER BY name';
      await databases.query('consent', "DELETE FROM schema_migrations WHERE name LIKE '%create-platform-tables%'");
      const before = await databases.query('consent', sql);
      if (mode === 'embedded') renameSync(theirs('databases'), join(own.directory, 'databases'));
      const secret = us.platform.ground.environment['CONTEXT_SECRET'];
      const answer = await startUk({ MYSQL_PREFIX: us.platform.ground.prefix, CONTEXT_SECRET: secret });
      if (mode === 'embedded') renameSync(join(own.directory, 'databases'), theirs('databases'));
      expectMismatch('database', answer);
      expect(await databases.query('consent', sql)).toEqual(before);
    }, 90_000);

    test('and without a region it does not start at all: there is no default', async () => {
      const { code, said } = await startUk({ REGION: '', DEMO: 'off' });
      expect([code, said]).toEqual([1, expect.stringMatching(/^REGION: must be UK or US/m)]);
    }, 60_000);
  });
});

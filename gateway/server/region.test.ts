import { once } from 'node:events';
import { serviceActor, signActorContext } from '#shared/auth';
import { RegionWall } from '#shared/region';
import { WebSocket } from 'ws';
import { createIssuer, type TokenIssuer } from '../testing/tokens';
import { startTestGateway, type TestGateway } from '../testing/test-gateway';

const canary = 'Canary';
const question = { query: '{ patients(first: 3) { nodes { id } } }' };
const pointer = { code: 'WRONG_REGION', region: 'US', url: 'https://us.example', servedRegion: 'UK' };

/** The gateway of one region, and callers who come with the tokens of another. */
describe('the gateway of one region', () => {
  let gateway: TestGateway;
  let elsewhere: TokenIssuer;
  let foreign: string;

  beforeAll(async () => {
    elsewhere = await createIssuer();
    gateway = await startTestGateway({ region: new RegionWall('UK', { US: 'https://us.example' }) });
    await gateway.listen();
    foreign = await elsewhere.bearer(['clinical:patients:read'], { region: 'US' });
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.calls.splice(0));
  afterEach(() => expect(gateway.calls).toEqual([]));

  const ask = (init: RequestInit, path = '/graphql'): Promise<Response> => fetch(`${gateway.url}${path}`, init);
  const json = { 'content-type': 'application/json' };

  async function expectPointer(response: Response): Promise<void> {
    const text = await response.text();
    expect(response.status).toBe(403);
    expect(text).not.toContain(canary);
    expect(response.headers.get('www-authenticate')).toBeNull(); // another token from here would not help
    const { errors, data } = JSON.parse(text) as { errors: { extensions: object }[]; data?: unknown };
    expect(data).toBeUndefined();
    expect(errors.map(({ extensions }) => extensions)).toEqual([expect.objectContaining(pointer)]);
  }

  test('sends a token of another region there, by POST, by GET, as a batch and as an event stream', async () => {
    const authorization = foreign;
    const body = JSON.stringify(question);
    await expectPointer(await ask({ method: 'POST', headers: { ...json, authorization }, body }));
    await expectPointer(await ask({ method: 'POST', headers: { ...json, authorization }, body: `[${body}]` }));
    const search = new URLSearchParams(question).toString();
    await expectPointer(await ask({ headers: { ...json, authorization } }, `/graphql?${search}`));
    const stream = { ...json, authorization, accept: 'text/event-stream' };
    await expectPointer(await ask({ method: 'POST', headers: stream, body }));
  });

  test('closes a socket with 4403 and says where to go', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: foreign } }));
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4403, 'WRONG_REGION US https://us.example']);
  });

  test('refuses a token of its own issuer that names another region: the claim alone never admits', async () => {
    const own = await gateway.issuer.bearer(['clinical:patients:read'], { region: 'US' });
    await expectPointer(
      await ask({ method: 'POST', headers: { ...json, authorization: own }, body: '{"query":"{__typename}"}' }),
    );
  });

  test('refuses a service of another region', async () => {
    const actor = serviceActor('reviews', { organisationId: 'org_one', region: 'US' }, []);
    const signer = gateway.internal.signers.get('service:reviews')!;
    const authorization = `Service ${await signActorContext(signer, actor, 'gateway')}`;
    await expectPointer(
      await ask({ method: 'POST', headers: { ...json, authorization }, body: JSON.stringify(question) }),
    );
  });

  test('says nothing about regions to a forged token that claims its own, or one that there is not', async () => {
    for (const region of ['UK', 'FR']) {
      const authorization = await elsewhere.bearer(['clinical:patients:read'], { region });
      const response = await ask({
        method: 'POST',
        headers: { ...json, authorization },
        body: JSON.stringify(question),
      });
      expect([region, response.status]).toEqual([region, 401]);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  test('gives the region alone where no address is configured, and where a close frame could not hold it', async () => {
    const long = `https://${'us.'.repeat(40)}example`;
    for (const [urls, url, reason] of [
      [{}, null, 'WRONG_REGION US'],
      [{ US: long }, long, 'WRONG_REGION US'],
    ] as const) {
      const other = await startTestGateway({ region: new RegionWall('UK', urls) });
      await other.listen();
      const answer = await other.post(question, { authorization: foreign });
      expect(answer.errors?.[0]?.extensions).toMatchObject({ ...pointer, url });
      const socket = new WebSocket(`${other.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: foreign } }));
      const [, said] = (await once(socket, 'close')) as [number, Buffer];
      expect(said.toString()).toBe(reason);
      await other.close();
    }
  });
});

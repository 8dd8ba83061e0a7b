import { connectClient } from '../testing/socket-client';
import { type Album, type AlbumAnswer, type AlbumData, openAlbum } from '../testing/album';

const organisationId = 'org_one';
const urls = '{ pictures(count: 3) { id title url } }';

let album: Album;
let viewer: string;

beforeEach(async () => {
  album = await openAlbum();
  viewer = await album.issuer.bearer([]);
});

afterEach(() => album.close());

const urlsIn = ({ data }: AlbumAnswer): unknown[] => (data?.pictures ?? []).map(({ url }) => url);
const codesIn = ({ errors }: AlbumAnswer): unknown[] => (errors ?? []).map(({ extensions }) => extensions['code']);
const hear = (type: string, data: Record<string, string> = {}): void => {
  album.events.announce({ organisationId, resourceId: 'cns_1', type: type, data });
};

test('what somebody has not agreed to is null beside an error that names what to ask for, and the rest is answered', async () => {
  album.agreements.refused.add('SHOWING of person-1');
  const answer = await album.ask<AlbumData>(urls, viewer);
  expect(answer.data?.pictures).toEqual([
    { id: 'picture-0', title: 'Title of picture-0', url: 'url of picture-0' },
    { id: 'picture-1', title: 'Title of picture-1', url: null },
    { id: 'picture-2', title: 'Title of picture-2', url: 'url of picture-2' },
  ]);
  expect(answer.errors).toMatchObject([
    {
      path: ['pictures', 1, 'url'],
      extensions: {
        code: 'CONSENT_REQUIRED',
        purpose: 'SHOWING',
        consentType: { key: 'showing-pictures', name: 'Consent to SHOWING' },
      },
    },
  ]);
  expect(JSON.stringify(answer.errors)).not.toContain('person-1');
});

test('what somebody has not agreed to is not even fetched', async () => {
  album.agreements.refused.add('SHOWING of person-1');
  await album.ask<AlbumData>(urls, viewer);
  const fetched = album.calls.filter(({ subgraph, query }) => subgraph === 'pictures' && query.includes('url'));
  expect(fetched).toHaveLength(1);
  expect(JSON.stringify(fetched[0]?.variables)).toContain('picture-2');
  expect(JSON.stringify(fetched[0]?.variables)).not.toContain('picture-1');
});

test('fields of one object may need several consents, of a person that another subgraph knows', async () => {
  album.agreements.refused.add('RECOGNISING of person-0');
  const { data, errors } = await album.ask<AlbumData>('{ pictures(count: 2) { url face } }', viewer);
  expect(data?.pictures).toEqual([
    { url: 'url of picture-0', face: null },
    { url: 'url of picture-1', face: 'face of picture-1' },
  ]);
  expect(errors).toMatchObject([{ path: ['pictures', 0, 'face'], extensions: { purpose: 'RECOGNISING' } }]);
});

test('the decision is asked by the gateway itself, about the viewer, once for all and in thousands', async () => {
  await album.ask<AlbumData>('{ pictures(count: 2500) { url } }', viewer);
  const { questions } = album.agreements;
  expect(questions.map(({ of }) => of.length)).toEqual([1_000, 1_000, 500]);
  expect(new Set(questions.map(({ subject, userId, to, kind }) => [subject, userId, to, kind].join(' ')))).toEqual(
    new Set(['service:gateway usr_test SHOWING IMAGE']),
  );
  await album.ask<AlbumData>('{ pictures(count: 2500) { url } }', viewer);
  expect(questions).toHaveLength(3);
});

test('another organisation’s viewer is decided about apart', async () => {
  await album.ask<AlbumData>(urls, viewer);
  album.agreements.refused.add('SHOWING of person-1');
  const stranger = await album.issuer.bearer([], { organisationId: 'org_two' });
  expect(urlsIn(await album.ask<AlbumData>(urls, stranger))[1]).toBeNull();
  expect(urlsIn(await album.ask<AlbumData>(urls, viewer))[1]).toBe('url of picture-1');
});

test('an event about somebody makes the gateway ask about them anew, and about nobody else', async () => {
  await album.ask<AlbumData>(urls, viewer);
  album.agreements.refused.add('SHOWING of person-1');
  hear('consent.record.withdrawn', { patientId: 'person-1' });
  expect(urlsIn(await album.ask<AlbumData>(urls, viewer))[1]).toBeNull();
  album.agreements.refused.clear();
  hear('consent.record.granted', { patientId: 'person-1' });
  expect(urlsIn(await album.ask<AlbumData>(urls, viewer))[1]).toBe('url of picture-1');
  expect(album.agreements.questions.map(({ of }) => of)).toEqual([
    ['person-0', 'person-1', 'person-2'],
    ['person-1'],
    ['person-1'],
  ]);
});

test('an event about everybody makes it ask about everybody, one about something else about nobody', async () => {
  await album.ask<AlbumData>(urls, viewer);
  hear('clinical.case.submitted', { patientId: 'person-1' });
  await album.ask<AlbumData>(urls, viewer);
  expect(album.agreements.questions).toHaveLength(1);
  hear('consent.text.published');
  await album.ask<AlbumData>(urls, viewer);
  expect(album.agreements.questions).toHaveLength(2);
});

test('a decision that was on its way when the person withdrew is not kept', async () => {
  let release = (): void => undefined;
  album.agreements.held = new Promise((resolve) => (release = resolve));
  const begun = album.ask<AlbumData>(urls, viewer);
  while (album.agreements.questions.length === 0) await new Promise((resolve) => setImmediate(resolve));
  album.agreements.refused.add('SHOWING of person-1');
  hear('consent.record.withdrawn', { patientId: 'person-1' });
  release();
  expect(urlsIn(await begun)[1]).toBe('url of picture-1');
  expect(urlsIn(await album.ask<AlbumData>(urls, viewer))[1]).toBeNull();
});

test('what holds for less than a second is not kept', async () => {
  album.agreements.cacheForSeconds = 0;
  await album.ask<AlbumData>(urls, viewer);
  album.agreements.refused.add('SHOWING of person-1');
  expect(urlsIn(await album.ask<AlbumData>(urls, viewer))[1]).toBeNull();
});

test.each(['down', 'short'] as const)('nothing is released while the decision cannot be had (%s)', async (fault) => {
  album.agreements.fault = fault;
  const answer = await album.ask<AlbumData>(urls, viewer);
  expect(urlsIn(answer)).toEqual([null, null, null]);
  expect(codesIn(answer)).toEqual(Array.from({ length: 3 }, () => 'UPSTREAM_UNAVAILABLE'));
  album.agreements.fault = 'none';
  expect(codesIn(await album.ask<AlbumData>(urls, viewer))).toEqual([]);
});

test('nothing is released to nobody, and nobody is asked about', async () => {
  const answer = await album.ask<AlbumData>(urls);
  expect(urlsIn(answer)).toEqual([null, null, null]);
  expect(codesIn(answer)).toEqual(Array.from({ length: 3 }, () => 'CONSENT_REQUIRED'));
  expect(album.agreements.questions).toEqual([]);
});

test('nothing is released where nobody decides', async () => {
  const closed = await openAlbum(null);
  const answer = await closed.ask<AlbumData>(urls, await closed.issuer.bearer([]));
  expect(codesIn(answer)).toEqual(Array.from({ length: 3 }, () => 'UPSTREAM_UNAVAILABLE'));
  await closed.close();
});

test('each event of a subscription is decided about anew', async () => {
  const client = connectClient(album.url, viewer);
  const results = client.subscribe('subscription { pictureChanged { id url } }');
  const first = results.next();
  await untilSubscribed();
  const change = (): void => album.events.announce({ organisationId, resourceId: 'picture-7' });
  change();
  expect((await first).value).toMatchObject({
    data: { pictureChanged: { id: 'picture-7', url: 'url of picture-7' } },
  });
  album.agreements.refused.add('SHOWING of person-7');
  hear('consent.record.withdrawn', { patientId: 'person-7' });
  change();
  expect((await results.next()).value).toMatchObject({
    data: { pictureChanged: { id: 'picture-7', url: null } },
    errors: [{ path: ['pictureChanged', 'url'], extensions: { code: 'CONSENT_REQUIRED' } }],
  });
  await client.dispose();
});

/** The gauge says when a subscription listens: an event before that is not for it. */
async function untilSubscribed(): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${album.url}/metrics`)).text();
    if (metrics.includes('gateway_subscriptions 1\n')) return;
  }
}

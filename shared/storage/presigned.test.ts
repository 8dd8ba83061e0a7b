import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type PresignedRequest, type UploadAnnouncement } from '#shared/storage';
import { credentials, maxBytes, region, sha256Of, startTestStore, type TestStore } from './storage.fixture';

const bytes = Buffer.from('the bytes of an image');
const announcement: UploadAnnouncement = {
  contentType: 'image/jpeg',
  contentLength: bytes.length,
  sha256Hex: sha256Of(bytes),
  expiresInSeconds: 300,
};

let at: TestStore;

beforeAll(async () => {
  at = await startTestStore('/objects');
});
afterAll(() => at.stop());

/** Sends exactly these headers, which fetch would not. */
async function send(
  signed: PresignedRequest,
  body: Buffer | null,
  headers: object = {},
): Promise<{ status: number; text: string }> {
  const length = body ? { 'content-length': String(body.length) } : {};
  const request = httpRequest(signed.url, {
    method: signed.method,
    headers: { ...signed.headers, ...length, ...headers },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, text: Buffer.concat(chunks).toString() };
}

/** By somebody else's client: ours asks the store whose it is before it signs anything. */
async function guessed(wrong: Partial<typeof credentials>): Promise<PresignedRequest> {
  const endpoint = `http://127.0.0.1:${at.port}/objects`;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { ...credentials, ...wrong } });
  const command = new PutObjectCommand({ Bucket: 'files', Key: 'uk/refused', ContentLength: bytes.length });
  const url = await getSignedUrl(client, command, { expiresIn: 300 });
  client.destroy();
  return { url, method: 'PUT', headers: {}, expiresAt: new Date() };
}

describe('a presigned upload', () => {
  test('stores the bytes announced', async () => {
    const signed = await at.store.presignPut('img_1', announcement);
    const { 'content-length': _set, ...headers } = signed.headers; // fetch sets the length itself
    const response = await fetch(signed.url, { method: signed.method, headers, body: bytes });
    expect(response.status).toBe(200);
    expect((await at.store.get('img_1')).equals(bytes)).toBe(true);
    expect(await at.store.head('img_1')).toMatchObject({ contentType: 'image/jpeg' });
  });

  test('signs length, type and digest as headers, and says when it expires', async () => {
    const now = new Date('2026-01-01T10:00:00Z');
    const { url, expiresAt, headers } = await at.client({ now: () => now }).presignPut('img_1', announcement);
    const { searchParams } = new URL(url);
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host;x-amz-checksum-sha256');
    expect(Object.keys(headers)).toEqual(['content-type', 'content-length', 'x-amz-checksum-sha256']);
    expect(expiresAt).toEqual(new Date('2026-01-01T10:05:00Z'));
  });

  const other = Buffer.from('the bytes of another!');
  const refusals: [string, () => Promise<{ status: number; text: string }>, [number, string]][] = [
    ['other bytes of the same length', async () => send(await put(), other), [400, 'BadDigest']],
    [
      'other bytes with their own digest',
      async () =>
        send(await put(), other, { 'x-amz-checksum-sha256': Buffer.from(sha256Of(other), 'hex').toString('base64') }),
      [403, 'SignatureDoesNotMatch'],
    ],
    ['another length', async () => send(await put(), Buffer.concat([bytes, bytes])), [403, 'SignatureDoesNotMatch']],
    [
      'another type',
      async () => send(await put(), bytes, { 'content-type': 'text/html' }),
      [403, 'SignatureDoesNotMatch'],
    ],
    [
      'an amz header that is not signed',
      async () => send(await put(), bytes, { 'x-amz-copy-source': '/files/x' }),
      [403, 'AccessDenied'],
    ],
    [
      'a tampered signature',
      async () => send(edit(await put(), 'X-Amz-Signature', '0'.repeat(64)), bytes),
      [403, 'SignatureDoesNotMatch'],
    ],
    [
      'a longer life than was signed',
      async () => send(edit(await put(), 'X-Amz-Expires', '3600'), bytes),
      [403, 'SignatureDoesNotMatch'],
    ],
    [
      'another key',
      async () => send(replace(await put(), '/refused', '/refused2'), bytes),
      [403, 'SignatureDoesNotMatch'],
    ],
    ['another method', async () => send({ ...(await put()), method: 'GET' }, null), [403, 'SignatureDoesNotMatch']],
    [
      'a digest that is not signed for',
      async () => send(edit(await put(), 'X-Amz-SignedHeaders', 'host'), bytes),
      [403, 'AccessDenied'],
    ],
    [
      'an unknown algorithm',
      async () => send(edit(await put(), 'X-Amz-Algorithm', 'none'), bytes),
      [403, 'AccessDenied'],
    ],
    [
      'an expired URL',
      async () => send(await put({ now: () => new Date(Date.now() - 301_000) }), bytes),
      [403, 'AccessDenied'],
    ],
    [
      'a URL of the future',
      async () => send(await put({ now: () => new Date(Date.now() + 1_000_000) }), bytes),
      [403, 'RequestTimeTooSkewed'],
    ],
    [
      'the wrong key id',
      async () => send(await guessed({ accessKeyId: 'AKIDOTHER' }), bytes),
      [403, 'InvalidAccessKeyId'],
    ],
    [
      'the wrong secret',
      async () => send(await guessed({ secretAccessKey: 'guessed' }), bytes),
      [403, 'SignatureDoesNotMatch'],
    ],
    ['an oversized body', () => sendOversized(), [400, 'EntityTooLarge']],
  ];

  test.each(refusals)('is refused with %s', async (_what, attempt, expected) => {
    const before = at.files();
    const answer = await attempt();
    expect([answer.status, /<Code>(\w+)</.exec(answer.text)?.[1]]).toEqual(expected);
    expect(at.files()).toEqual(before);
    expect(answer.text).not.toMatch(/\bat |tmp|secret/);
  });

  test('that is cut off leaves nothing', async () => {
    const before = at.files();
    const whole = randomBytes(200_000);
    const sized = { ...announcement, contentLength: whole.length, sha256Hex: sha256Of(whole) };
    const { url, headers } = await at.store.presignPut('cut', sized);
    const { pathname, search, host } = new URL(url);
    const socket = connect(at.port, '127.0.0.1');
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
    socket.write(`PUT ${pathname}${search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(whole.subarray(0, 150_000));
    await until(() => at.files().some((file) => file.startsWith('drafts/')));
    socket.destroy();
    await until(() => at.files().every((file) => !file.startsWith('drafts/')));
    expect(at.files()).toEqual(before);
    expect(await at.store.head('cut')).toBeNull();
  });

  test.each([0, 3_601, 1.5, Number.NaN])('cannot be made to last %d seconds', async (expiresInSeconds) => {
    await expect(at.store.presignPut('k', { ...announcement, expiresInSeconds })).rejects.toThrow(RangeError);
    await expect(at.store.presignGet('k', { expiresInSeconds })).rejects.toThrow(RangeError);
  });
});

describe('a presigned download', () => {
  beforeAll(() => at.store.put('shown', bytes, { contentType: 'image/jpeg' }));

  test('gives the bytes, safe for a browser', async () => {
    const { url } = await at.store.presignGet('shown', { expiresInSeconds: 60 });
    const response = await fetch(url);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('cache-control')).toContain('no-store');
  });

  test('answers a part', async () => {
    const { url } = await at.store.presignGet('shown', { expiresInSeconds: 60 });
    const response = await fetch(url, { headers: { range: 'bytes=4-8' } });
    expect([response.status, await response.text()]).toEqual([206, 'bytes']);
  });

  test('has the type and disposition that were signed, and no others', async () => {
    const disposition = 'attachment; filename="image.jpg"';
    const signed = await at.store.presignGet('shown', {
      ...{ expiresInSeconds: 60, responseContentType: 'application/octet-stream', contentDisposition: disposition },
    });
    const response = await fetch(signed.url);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toBe(disposition);
    const changed = edit(signed, 'response-content-type', 'text/html');
    expect((await send(changed, null)).status).toBe(403);
  });

  test('expires', async () => {
    const past = at.client({ now: () => new Date(Date.now() - 61_000) });
    const { url } = await past.presignGet('shown', { expiresInSeconds: 60 });
    expect((await fetch(url)).status).toBe(403);
  });
});

test.each([
  ['no signature', '/objects/files/shown', 403],
  ['no such bucket name', '/objects/..%2F..%2Fetc/passwd', 400],
  ['a broken percent sign', '/objects/files/%zz', 400],
  ['a path beside ours', '/objectsfiles/x', 404],
])('a request with %s is refused', async (_what, path, status) => {
  expect((await fetch(`http://127.0.0.1:${at.port}${path}`)).status).toBe(status);
});

function put(options: Parameters<TestStore['client']>[0] = {}): Promise<PresignedRequest> {
  return at.client(options).presignPut('refused', announcement);
}

async function sendOversized(): Promise<{ status: number; text: string }> {
  const large = Buffer.alloc(maxBytes + 1);
  const sized = { ...announcement, contentLength: large.length, sha256Hex: sha256Of(large) };
  return send(await at.store.presignPut('refused', sized), large);
}

function edit(signed: PresignedRequest, name: string, value: string): PresignedRequest {
  const url = new URL(signed.url);
  url.searchParams.set(name, value);
  return { ...signed, url: url.href };
}

function replace(signed: PresignedRequest, part: string, by: string): PresignedRequest {
  return { ...signed, url: signed.url.replace(part, by) };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('Waited 5 s in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

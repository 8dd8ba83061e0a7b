import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeFileSync, readFileSync } from 'node:fs';
import { createS3Subset } from '#shared/storage';
import { RegionWall } from '#shared/region';
import { credentials, maxBytes, region, startTestStore, type TestStore } from './storage.fixture';

const png = { contentType: 'image/png' };

describe.each(['', '/objects'])('an object store at the path "%s"', (basePath) => {
  let at: TestStore;

  beforeAll(async () => {
    at = await startTestStore(basePath);
  });
  afterAll(() => at.stop());

  test('gives back the bytes, their type and their length', async () => {
    const bytes = randomBytes(100_000);
    await at.store.put('org_a/img_1', bytes, png);
    expect((await at.store.get('org_a/img_1')).equals(bytes)).toBe(true);
    const head = await at.store.head('org_a/img_1');
    expect(head).toEqual({
      sizeBytes: 100_000,
      contentType: 'image/png',
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    });
  });

  test('keeps an empty object', async () => {
    await at.store.put('empty', Buffer.alloc(0), png);
    expect(await at.store.get('empty')).toHaveLength(0);
    expect(await at.store.head('empty')).toMatchObject({ sizeBytes: 0 });
  });

  test('replaces an object whole', async () => {
    await at.store.put('twice', Buffer.from('a long first body'), { contentType: 'text/plain' });
    await at.store.put('twice', Buffer.from('second'), png);
    expect((await at.store.get('twice')).toString()).toBe('second');
    expect(await at.store.head('twice')).toMatchObject({ sizeBytes: 6, contentType: 'image/png' });
  });

  test('an object that is not there is null for head and NOT_FOUND for get', async () => {
    expect(await at.store.head('nowhere')).toBeNull();
    await expect(at.store.get('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('deletes, and deletes again', async () => {
    await at.store.put('gone', Buffer.from('x'), png);
    const before = at.files().length;
    await at.store.delete('gone');
    await at.store.delete('gone');
    expect(await at.store.head('gone')).toBeNull();
    expect(at.files()).toHaveLength(before - 1);
  });

  test('reads no more than it was told to', async () => {
    await at.store.put('big', randomBytes(1_001), png);
    await expect(at.store.get('big', { maxBytes: 1_000 })).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    expect(await at.store.get('big', { maxBytes: 1_001 })).toHaveLength(1_001);
  });

  test('making the bucket again changes nothing', async () => {
    await at.store.put('kept', Buffer.from('x'), png);
    await at.store.ensureBucket();
    expect(await at.store.head('kept')).not.toBeNull();
  });

  test.each([
    '../../escape',
    '..',
    '/etc/passwd',
    'a/../../b',
    'a//b',
    'ünïcode/✓ & spaces+plus%2F.txt',
    "quote'(1)*!~",
    'nul\0byte',
    'x'.repeat(1_000),
  ])('the key %j is a name, never a path', async (key) => {
    await at.store.put(key, Buffer.from(key), png);
    expect((await at.store.get(key)).toString()).toBe(key);
    for (const file of at.files()) expect(file).toMatch(/^bucket-[0-9a-f]{64}\/[0-9a-f]{64}$/);
  });

  test('a missing bucket, another secret and another region are refused', async () => {
    const refusals = [
      at.client({ bucket: 'nothing-here' }).put('k', Buffer.from('x'), png),
      at.client({ secretAccessKey: 'wrong' }).put('k', Buffer.from('x'), png),
      at.client({ accessKeyId: 'AKIDOTHER' }).put('k', Buffer.from('x'), png),
      at.client({ region: 'us-east-1' }).put('k', Buffer.from('x'), png),
    ];
    const names = (await Promise.allSettled(refusals)).map(
      (result) => ((result as PromiseRejectedResult).reason as Error).name,
    );
    expect(names).toEqual(['NoSuchBucket', 'SignatureDoesNotMatch', 'InvalidAccessKeyId', 'SignatureDoesNotMatch']);
  });
});

describe('the S3 subset', () => {
  let at: TestStore;
  let client: S3Client;

  beforeAll(async () => {
    at = await startTestStore();
    client = new S3Client({ endpoint: `http://127.0.0.1:${at.port}`, region, credentials, forcePathStyle: true });
  });
  afterAll(async () => {
    client.destroy();
    await at.stop();
  });

  test('lists by prefix and page, in order of the key', async () => {
    for (const key of ['list/c', 'list/a & <b>', 'list/b', 'other']) await at.store.put(key, Buffer.from('x'), png);
    const first = await client.send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'uk/list/', MaxKeys: 2 }));
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(['uk/list/a & <b>', 'uk/list/b']);
    const next = { Bucket: 'files', Prefix: 'uk/list/', ContinuationToken: first.NextContinuationToken };
    const second = await client.send(new ListObjectsV2Command(next));
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['uk/list/c']);
    expect(second.IsTruncated).toBe(false);
  });

  test.each([
    ['bytes=2-4', 'cde', 'bytes 2-4/10'],
    ['bytes=7-', 'hij', 'bytes 7-9/10'],
    ['bytes=-2', 'ij', 'bytes 8-9/10'],
    ['bytes=8-99', 'ij', 'bytes 8-9/10'],
  ])('answers the range %s', async (Range, expected, contentRange) => {
    await at.store.put('range', Buffer.from('abcdefghij'), png);
    const part = await client.send(new GetObjectCommand({ Bucket: 'files', Key: 'uk/range', Range }));
    expect(await part.Body?.transformToString()).toBe(expected);
    expect(part.ContentRange).toBe(contentRange);
  });

  test('refuses a range beyond the end', async () => {
    await at.store.put('range', Buffer.from('abcdefghij'), png);
    const beyond = client.send(new GetObjectCommand({ Bucket: 'files', Key: 'uk/range', Range: 'bytes=10-' }));
    await expect(beyond).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('a restart sweeps away what a crash left half-written, and keeps the objects', async () => {
    await at.store.put('whole', Buffer.from('whole'), png);
    writeFileSync(join(at.directory, 'drafts', 'half'), 'ha');
    createS3Subset({ directory: at.directory, credentials, region, wall: new RegionWall('UK'), maxBytes });
    expect(at.files().filter((file) => file.startsWith('drafts'))).toEqual([]);
    expect((await at.store.get('whole')).toString()).toBe('whole');
  });

  test('a file that lost a part is an error, not a shorter object', async () => {
    const before = new Set(at.files());
    await at.store.put('torn', randomBytes(5_000), png);
    const file = join(at.directory, at.files().find((name) => !before.has(name)) ?? '');
    writeFileSync(file, readFileSync(file).subarray(1_000));
    await expect(client.send(new GetObjectCommand({ Bucket: 'files', Key: 'uk/torn' }))).rejects.toMatchObject({
      name: 'InternalError',
    });
  });
});

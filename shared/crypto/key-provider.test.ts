import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kmsKeyProvider, localKeyProvider, type KeyProvider } from '#shared/crypto';

const context = { purpose: 'organisation-key', organisationId: 'org_a' };
let directory: string;
let kms: { url: string; close: () => Promise<void> };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sa-keys-'));
  kms = await startKms();
});

afterAll(async () => {
  await kms.close();
  rmSync(directory, { recursive: true });
});

const adapters: [string, () => { provider: KeyProvider; another: KeyProvider; close: () => void }][] = [
  [
    'local file',
    () => ({
      provider: localKeyProvider(join(directory, 'kek')),
      another: localKeyProvider(join(directory, 'another')),
      close: () => undefined,
    }),
  ],
  [
    'KMS',
    () => {
      const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
      const options = { region: 'eu-west-2', endpoint: kms.url, credentials };
      const provider = kmsKeyProvider({ ...options, keyId: 'alias/sa' });
      const another = kmsKeyProvider({ ...options, keyId: 'alias/another' });
      return {
        provider,
        another,
        close: () => {
          provider.close();
          another.close();
        },
      };
    },
  ],
];

describe.each(adapters)('a key provider (%s)', (_name, make) => {
  let made: ReturnType<typeof make>;
  beforeAll(() => {
    made = make();
  });
  afterAll(() => made.close());

  test('unwraps what it wrapped, whatever the order of the context', async () => {
    const key = randomBytes(32);
    const wrapped = await made.provider.wrap(key, context);
    const reordered = { organisationId: 'org_a', purpose: 'organisation-key' };
    expect((await made.provider.unwrap(wrapped, reordered)).equals(key)).toBe(true);
  });

  test('wraps the same key differently each time and never shows it', async () => {
    const key = randomBytes(32);
    const [first, second] = await Promise.all([made.provider.wrap(key, context), made.provider.wrap(key, context)]);
    expect(first).not.toBe(second);
    for (const form of ['hex', 'base64', 'base64url'] as const) expect(first).not.toContain(key.toString(form));
  });

  test('refuses another context, one with more in it, and none', async () => {
    const wrapped = await made.provider.wrap(randomBytes(32), context);
    for (const other of [{ ...context, organisationId: 'org_b' }, { ...context, more: 'x' }, {}]) {
      await expect(made.provider.unwrap(wrapped, other)).rejects.toThrow();
    }
  });

  test('refuses a wrapped key that was changed anywhere', async () => {
    const wrapped = await made.provider.wrap(randomBytes(32), context);
    for (const at of [0, 12, Math.floor(wrapped.length / 2), wrapped.length - 6]) {
      const changed = wrapped.slice(0, at) + (wrapped[at] === 'A' ? 'B' : 'A') + wrapped.slice(at + 1);
      await expect(made.provider.unwrap(changed, context)).rejects.toThrow();
    }
  });

  test('refuses what another root key wrapped', async () => {
    const wrapped = await made.another.wrap(randomBytes(32), context);
    await expect(made.provider.unwrap(wrapped, context)).rejects.toThrow();
  });
});

describe('the local key file', () => {
  test('is made when missing, with its folder: 32 bytes that only the owner reads', () => {
    const file = join(directory, 'new', 'folder', 'kek');
    localKeyProvider(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file)).toHaveLength(32);
  });

  test('is the same key after a restart', async () => {
    const file = join(directory, 'kept');
    const wrapped = await localKeyProvider(file).wrap(Buffer.from('a key'), context);
    expect((await localKeyProvider(file).unwrap(wrapped, context)).toString()).toBe('a key');
  });

  test('is refused when others may read it or when it is not 32 bytes', () => {
    const folder = join(directory, 'wrong');
    mkdirSync(folder);
    writeFileSync(join(folder, 'open'), randomBytes(32), { mode: 0o644 });
    writeFileSync(join(folder, 'short'), randomBytes(16), { mode: 0o600 });
    expect(() => localKeyProvider(join(folder, 'open'))).toThrow(/owner only/);
    expect(() => localKeyProvider(join(folder, 'short'))).toThrow(/32 bytes/);
  });
});

/** Answers Encrypt and Decrypt as KMS does (AWS-JSON 1.1): the context is authenticated, the key id is in the blob. */
async function startKms(): Promise<{ url: string; close: () => Promise<void> }> {
  const rootKey = randomBytes(32);
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as KmsRequest;
      const isEncrypt = request.headers['x-amz-target'] === 'TrentService.Encrypt';
      const answer = (status: number, json: object): void => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(json));
      };
      try {
        answer(200, isEncrypt ? encrypt(rootKey, body) : decrypt(rootKey, body));
      } catch {
        answer(400, { __type: 'InvalidCiphertextException' });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface KmsRequest {
  readonly KeyId: string;
  readonly Plaintext: string;
  readonly CiphertextBlob: string;
  readonly EncryptionContext?: Record<string, string>;
}

function aadOf({ KeyId, EncryptionContext = {} }: KmsRequest): Buffer {
  return Buffer.from(JSON.stringify([KeyId, Object.entries(EncryptionContext).sort()]));
}

function encrypt(rootKey: Buffer, body: KmsRequest): object {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', rootKey, iv).setAAD(aadOf(body));
  const sealed = [iv, cipher.update(body.Plaintext, 'base64'), cipher.final(), cipher.getAuthTag()];
  return { KeyId: body.KeyId, CiphertextBlob: Buffer.concat(sealed).toString('base64') };
}

function decrypt(rootKey: Buffer, body: KmsRequest): object {
  const blob = Buffer.from(body.CiphertextBlob, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', rootKey, blob.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(aadOf(body)).setAuthTag(blob.subarray(-16));
  const clear = Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
  return { KeyId: body.KeyId, Plaintext: clear.toString('base64') };
}

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { RegionWall } from '#shared/region';
import { createObjectStore, createS3Subset, type ObjectStore, type ObjectStoreOptions } from '#shared/storage';

export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret' };
export const region = 'eu-west-2';
export const maxBytes = 1_000_000;

export interface TestStore {
  readonly port: number;
  readonly directory: string;
  readonly store: ObjectStore;
  /** Another client of the same server. */
  client(options?: Partial<ObjectStoreOptions>): ObjectStore;
  /** Every file of an object below the folder, as relative paths. */
  files(): string[];
  stop(): Promise<void>;
}

/** An object store of its own, served on a free port below `basePath`. */
export async function startTestStore(basePath = ''): Promise<TestStore> {
  const directory = mkdtempSync(join(tmpdir(), 'sa-objects-'));
  const server = createServer(
    createS3Subset({ directory, credentials, region, wall: new RegionWall('UK'), maxBytes, basePath }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clients: ObjectStore[] = [];
  const client = (options: Partial<ObjectStoreOptions> = {}): ObjectStore => {
    const endpoint = `http://127.0.0.1:${port}${basePath}`;
    const made = createObjectStore({
      endpoint,
      region,
      residency: 'UK',
      bucket: 'files',
      ...credentials,
      forcePathStyle: true,
      ...options,
    });
    clients.push(made);
    return made;
  };
  const store = client();
  await store.ensureBucket();
  return {
    ...{ port, directory, store, client },
    // Asking the listing what is a file: a draft may be gone before a second look at it.
    files: () =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
        .filter((path) => path !== 'region'),
    stop: async () => {
      for (const made of clients) made.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

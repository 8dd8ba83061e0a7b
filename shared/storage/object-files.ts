import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface ObjectMetadata {
  readonly key: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  readonly etag: string;
  readonly sha256Hex: string;
  /** ISO 8601, UTC. */
  readonly storedAt: string;
}

/** An object held open: replaced or deleted meanwhile, it still reads as it was. */
export interface OpenObject {
  readonly metadata: ObjectMetadata;
  readonly file: FileHandle;
}

const magic = Buffer.from('SAOBJ001');
const footerLength = 4 + magic.length;

/**
 * Objects as files, one each: the body, then the metadata as JSON, its length and a magic word. Body and metadata thus
 * become visible by the same rename, whole or not at all. File names are hashes: a key never becomes a path.
 * One process owns the folder.
 */
export class ObjectFiles {
  private readonly drafts: string;

  constructor(private readonly directory: string) {
    this.drafts = join(directory, 'drafts');
    rmSync(this.drafts, { recursive: true, force: true }); // uploads that a crash cut short
    mkdirSync(this.drafts, { recursive: true, mode: 0o700 });
  }

  async createBucket(bucket: string): Promise<void> {
    await mkdir(this.folder(bucket), { recursive: true, mode: 0o700 });
    await syncFolder(this.directory);
  }

  async hasBucket(bucket: string): Promise<boolean> {
    return stat(this.folder(bucket)).then(
      (found) => found.isDirectory(),
      (error: unknown) => missingAs(error, false),
    );
  }

  /** @returns what `write` returns; the draft is gone if it throws */
  async withDraft<T>(write: (draft: Draft) => Promise<T>): Promise<T> {
    const path = join(this.drafts, randomBytes(16).toString('hex'));
    const file = await open(path, 'wx', 0o600);
    try {
      return await write({ path, file });
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  }

  /**
   * Gives a draft its place, on the disk for good when this resolves.
   * @returns false when `onlyIfAbsent` and the key is taken
   */
  async publish(bucket: string, draft: Draft, { metadata, onlyIfAbsent }: Publication): Promise<boolean> {
    const json = Buffer.from(JSON.stringify(metadata));
    const footer = Buffer.alloc(footerLength);
    footer.writeUInt32BE(json.length);
    magic.copy(footer, 4);
    await writeAll(draft.file, Buffer.concat([json, footer]));
    await draft.file.sync();
    const place = this.path(bucket, metadata.key);
    if (!onlyIfAbsent) await rename(draft.path, place);
    else if (!(await linkIfAbsent(draft.path, place))) return false;
    await syncFolder(this.folder(bucket));
    return true;
  }

  /** The caller closes the file. null when there is no such object. */
  async open(bucket: string, key: string): Promise<OpenObject | null> {
    return openObject(this.path(bucket, key));
  }

  async delete(bucket: string, key: string): Promise<void> {
    await rm(this.path(bucket, key), { force: true });
    await syncFolder(this.folder(bucket));
  }

  /** Every object whose key begins so, by key. Reads each file's end: for small stores. */
  async list(bucket: string, prefix: string): Promise<ObjectMetadata[]> {
    const found: ObjectMetadata[] = [];
    for (const name of await readdir(this.folder(bucket))) {
      const object = await openObject(join(this.folder(bucket), name));
      await object?.file.close();
      if (object?.metadata.key.startsWith(prefix)) found.push(object.metadata);
    }
    return found.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  private folder(bucket: string): string {
    return join(this.directory, `bucket-${hash(bucket)}`);
  }

  private path(bucket: string, key: string): string {
    return join(this.folder(bucket), hash(key));
  }
}

export interface Draft {
  readonly path: string;
  readonly file: FileHandle;
}

interface Publication {
  readonly metadata: ObjectMetadata;
  readonly onlyIfAbsent: boolean;
}

/** One `write` may take only a part. */
export async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
}

async function openObject(path: string): Promise<OpenObject | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    return missingAs(error, null);
  }
  try {
    return { file, metadata: await readMetadata(file) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readMetadata(file: FileHandle): Promise<ObjectMetadata> {
  const { size } = await file.stat();
  const footer = await readAt(file, size - footerLength, footerLength);
  if (!footer.subarray(4).equals(magic)) throw new Error('An object file has no footer: it is damaged or not ours');
  const jsonLength = footer.readUInt32BE();
  const json = await readAt(file, size - footerLength - jsonLength, jsonLength);
  const metadata = JSON.parse(json.toString()) as ObjectMetadata;
  if (metadata.sizeBytes !== size - footerLength - jsonLength)
    throw new Error('An object file has lost a part of its body');
  return metadata;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0) throw new Error('An object file is too short');
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

async function linkIfAbsent(draft: string, place: string): Promise<boolean> {
  try {
    await link(draft, place);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** A rename or removal is on the disk once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missingAs<T>(error: unknown, answer: T): T {
  if (hasCode(error, 'ENOENT')) return answer;
  throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === code;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

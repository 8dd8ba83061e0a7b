import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { hashOf } from './document-id';
import { type PersistedOperation, readOperation } from './persisted-operation';

/** The manifest cannot be used; every reason is one line of the message. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';

  constructor(file: string, problems: readonly string[]) {
    super([`${file} is not a manifest of persisted operations:`, ...problems.map((line) => `  - ${line}`)].join('\n'));
  }
}

/** An operation under the id the manifest gives it. */
interface ManifestEntry {
  readonly id: string;
  readonly text: string;
  readonly description: string | null;
  readonly isTool: boolean;
}

/** What Apollo's `generate-persisted-query-manifest` writes; `description` and `mcp` are additions of ours. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.looseObject({
      id: z.string().min(1),
      body: z.string().min(1),
      description: z.string().optional(),
      /** Offered to models as a tool. */
      mcp: z.boolean().default(false),
    }),
  ),
});

/** What GraphQL Code Generator's client preset and Relay's compiler write: id → document. */
const documentMap = z.record(z.string().min(1), z.string().min(1));

/** Operations by every id that clients may name them by. */
export type Manifest = ReadonlyMap<string, PersistedOperation>;

/** The manifest in a file, see `parseManifest`. @throws {ManifestError} */
export function readManifest(file: string): Manifest {
  return parseManifest(file, readManifestText(file));
}

/** @throws {ManifestError} */
export function readManifestText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ManifestError(file, [(error as Error).message]);
  }
}

/**
 * Reads a manifest in Apollo's format or as a map from id to document. Every operation can be named by its `sha256:`
 * identifier and by the manifest's own id.
 * @param file its name, for the error
 * @throws {ManifestError} naming every entry that is not one named operation, or whose id is the hash of something else
 */
export function parseManifest(file: string, text: string): Manifest {
  const problems: string[] = [];
  const manifest = new Map<string, PersistedOperation>();
  for (const entry of readEntries(file, text)) {
    try {
      addEntry(manifest, entry);
    } catch (error) {
      problems.push(`${entry.id} ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new ManifestError(file, problems);
  return manifest;
}

function readEntries(file: string, text: string): ManifestEntry[] {
  const json = readJson(file, text);
  const apollo = apolloManifest.safeParse(json);
  if (apollo.success) {
    return apollo.data.operations.map(({ id, body, description, mcp }) => ({
      id,
      text: body,
      description: description ?? null,
      isTool: mcp,
    }));
  }
  if (isRecord(json) && 'format' in json) throw new ManifestError(file, apollo.error.issues.map(describeIssue));
  const map = documentMap.safeParse(json);
  if (!map.success) throw new ManifestError(file, map.error.issues.map(describeIssue));
  return Object.entries(map.data).map(([id, text]) => ({ id, text, description: null, isTool: false }));
}

function readJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ManifestError(file, [(error as Error).message]);
  }
}

function addEntry(manifest: Map<string, PersistedOperation>, { id, text, description, isTool }: ManifestEntry): void {
  const hash = hashOf(text);
  // A reader that trusted the prefix could be handed one document under the identifier of another.
  if (id.startsWith('sha256:') && id !== `sha256:${hash}`) throw new Error('is not the SHA-256 of its document');
  const operation = readOperation(text, { description, isTool });
  for (const key of [id, operation.id]) {
    const other = manifest.get(key);
    if (other && other.text !== text) throw new Error(`names ${operation.name} and ${other.name}`);
    manifest.set(key, operation);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return `${path.join('.')}: ${message}`;
}

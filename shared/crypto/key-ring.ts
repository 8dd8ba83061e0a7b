import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { DataKeys } from './data-keys';
import { KeyUnavailableError } from './errors';
import { KeyCache, type LoadedKey } from './key-cache';
import { type KeyProvider } from './key-provider';
import { open, seal } from './sealed';
import {
  type KeyRef,
  organisationCategory,
  organisationRef,
  refId,
  type WrappedKey,
  type WrappedKeyStore,
} from './wrapped-key-store';

export interface KeyRingOptions {
  /** Longest time a key stays in memory after it was loaded. Five minutes when absent. */
  readonly ttlMs?: number;
  /** 10,000 when absent. */
  readonly maxKeys?: number;
  readonly now?: () => number;
}

type Mode = 'read' | 'create';
type KeyMap = Map<string, LoadedKey>;

const keyLength = 32;
const firstVersion = 1;

/**
 * The keys of patients' data. A data key per (organisation, subject, category) is wrapped by the organisation's key,
 * which the KeyProvider wraps: a list of a hundred patients costs one call of the provider, not a hundred.
 * Whoever destroys a key must have it evicted from every process: a key in memory outlives its row.
 */
export class KeyRing {
  private readonly cache: KeyCache;
  /** Provider calls under way, by wrapped key, so that a burst of cold requests makes one. */
  private readonly unwrapping = new Map<string, Promise<KeyObject>>();
  private evictions = 0;

  constructor(
    private readonly provider: KeyProvider,
    { ttlMs = 300_000, maxKeys = 10_000, now = Date.now }: KeyRingOptions = {},
  ) {
    this.cache = new KeyCache({ ttlMs, maxKeys, now });
  }

  /** @param mode `create` makes the keys that are missing; `read` leaves them out, and using one throws */
  async load(store: WrappedKeyStore, refs: readonly KeyRef[], mode: Mode): Promise<DataKeys> {
    const keys: KeyMap = new Map();
    const missing: KeyRef[] = [];
    for (const [id, ref] of uniqueInOrder(refs)) {
      if (ref.category === organisationCategory) throw new Error('An organisation key wraps keys; it encrypts no data');
      const cached = this.cache.get(id);
      if (cached) keys.set(id, cached);
      else missing.push(ref);
    }
    if (missing.length > 0) await this.fetch(this.rememberingStore(store), missing, { mode, into: keys });
    return new DataKeys(keys);
  }

  /**
   * Key of the organisation's blind indexes (HKDF, RFC 5869, of its own key, which is made when it is missing).
   * @throws {KeyUnavailableError} when the organisation's key was destroyed
   */
  async indexKey(store: WrappedKeyStore, organisationId: string): Promise<Buffer> {
    const from = { found: new Map<string, WrappedKey>(), mayCreate: true };
    const { key } = await this.organisationKey(this.rememberingStore(store), organisationId, from);
    if (!key) throw new KeyUnavailableError("The organisation's key has been destroyed");
    return Buffer.from(hkdfSync('sha256', key, '', `blind-index ${organisationId}`, keyLength));
  }

  /** Forgets a key in this process. Forgetting an organisation's key forgets everything it wraps. */
  evict(ref: KeyRef): void {
    if (ref.category === organisationCategory) {
      this.evictAll();
      return;
    }
    this.evictions += 1;
    this.cache.delete(refId(ref));
  }

  evictAll(): void {
    this.evictions += 1;
    this.cache.clear();
  }

  private rememberingStore(store: WrappedKeyStore): RememberingStore {
    const begun = this.evictions;
    const remember = (ref: KeyRef, loaded: LoadedKey): void => {
      // A key read before an eviction may be the one that was destroyed.
      if (store.isTransactional !== true && begun === this.evictions) this.cache.set(refId(ref), loaded);
    };
    return { find: (refs) => store.find(refs), insert: (key) => store.insert(key), remember };
  }

  private async fetch(store: RememberingStore, missing: readonly KeyRef[], { mode, into }: Fetch): Promise<void> {
    const organisationIds = [...new Set(missing.map(({ organisationId }) => organisationId))];
    const cold = organisationIds.map(organisationRef).filter((ref) => !this.cache.get(refId(ref)));
    const found = new Map((await store.find([...missing, ...cold])).map((key) => [refId(key), key]));
    for (const organisationId of organisationIds) {
      const own = missing.filter((ref) => ref.organisationId === organisationId);
      const isNew = !own.some((ref) => found.has(refId(ref)));
      if (isNew && mode === 'read') continue;
      const organisation = await this.organisationKey(store, organisationId, { found, mayCreate: isNew });
      for (const ref of own) {
        const row = found.get(refId(ref)) ?? (mode === 'create' ? await insertDataKey(store, ref, organisation) : null);
        if (!row) continue;
        const loaded = unwrapDataKey(row, organisation);
        into.set(refId(ref), loaded);
        store.remember(ref, loaded);
      }
    }
  }

  private async organisationKey(store: RememberingStore, organisationId: string, from: Known): Promise<LoadedKey> {
    const ref = organisationRef(organisationId);
    const cached = this.cache.get(refId(ref));
    if (cached) return cached;
    const stored = from.found.get(refId(ref)) ?? (await store.find([ref]))[0];
    // A new key in place of a lost one would hide the loss until somebody reads.
    if (!stored && !from.mayCreate)
      throw new KeyUnavailableError("The organisation's key is missing, its data keys are not");
    const row = stored ?? (await insertOrFind(store, await this.newOrganisationKey(ref)));
    const loaded = { version: row.version, key: row.wrapped === null ? null : await this.unwrap(row, row.wrapped) };
    store.remember(ref, loaded);
    return loaded;
  }

  private async newOrganisationKey(ref: KeyRef): Promise<WrappedKey> {
    const key = { ...ref, version: firstVersion };
    return { ...key, wrapped: await this.provider.wrap(randomBytes(keyLength), providerContext(key)) };
  }

  private unwrap(row: WrappedKey, wrapped: string): Promise<KeyObject> {
    const id = `${refId(row)}${wrapped}`;
    const pending = this.unwrapping.get(id);
    if (pending) return pending;
    const unwrapped = this.provider
      .unwrap(wrapped, providerContext(row))
      .then((bytes) => createSecretKey(bytes))
      .finally(() => this.unwrapping.delete(id));
    this.unwrapping.set(id, unwrapped);
    return unwrapped;
  }
}

interface RememberingStore extends Pick<WrappedKeyStore, 'find' | 'insert'> {
  remember(ref: KeyRef, loaded: LoadedKey): void;
}

interface Fetch {
  readonly mode: Mode;
  readonly into: KeyMap;
}

/** Rows at hand, and whether a missing organisation key may be made. */
interface Known {
  readonly found: ReadonlyMap<string, WrappedKey>;
  readonly mayCreate: boolean;
}

/** In the same order everywhere: transactions that insert the same keys in different orders would deadlock. */
function uniqueInOrder(refs: readonly KeyRef[]): [string, KeyRef][] {
  return [...new Map(refs.map((ref) => [refId(ref), ref]))].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function insertDataKey(store: RememberingStore, ref: KeyRef, organisation: LoadedKey): Promise<WrappedKey> {
  if (!organisation.key) throw new KeyUnavailableError("The organisation's key has been destroyed");
  const { organisationId, subjectId, category } = ref;
  const key = { organisationId, subjectId, category, version: firstVersion };
  return insertOrFind(store, { ...key, wrapped: seal(organisation.key, wrappingContext(key), randomBytes(keyLength)) });
}

/** Of two who make the same key at once, the second takes the first one's. */
async function insertOrFind(store: RememberingStore, key: WrappedKey): Promise<WrappedKey> {
  if ((await store.insert(key)) === 'inserted') return key;
  const [first] = await store.find([key]);
  if (!first) throw new KeyUnavailableError('Somebody else has just made this key, and it cannot be seen yet');
  return first;
}

function unwrapDataKey(row: WrappedKey, organisation: LoadedKey): LoadedKey {
  const { version, wrapped } = row;
  if (wrapped === null || !organisation.key) return { version, key: null };
  return { version, key: createSecretKey(open(organisation.key, wrappingContext(row), wrapped)) };
}

function wrappingContext(key: Omit<WrappedKey, 'wrapped'>): string {
  return JSON.stringify(['data-key', key.organisationId, key.subjectId, key.category, key.version]);
}

function providerContext(key: Omit<WrappedKey, 'wrapped'>): Record<string, string> {
  return { purpose: 'organisation-key', organisationId: key.organisationId, version: String(key.version) };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  DecryptionError,
  KeyRing,
  KeyUnavailableError,
  localKeyProvider,
  organisationRef,
  type KeyProvider,
  type KeyRef,
} from '#shared/crypto';
import { MemoryKeyStore } from './memory-key-store.fixture';

const organisationId = 'org_a';
const address = { table: 'patients', column: 'name', rowId: 'pat_1' };
const refOf = (subjectId: string, category = 'CLINICAL'): KeyRef => ({ organisationId, subjectId, category });
const ref = refOf('pat_1');

let directory: string;
let calls: { wrap: number; unwrap: number };
let provider: KeyProvider;
let store: MemoryKeyStore;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sa-ring-'));
});

afterAll(() => rmSync(directory, { recursive: true }));

beforeEach(() => {
  const real = localKeyProvider(join(directory, 'kek'));
  calls = { wrap: 0, unwrap: 0 };
  provider = {
    wrap: (plaintext, context) => ((calls.wrap += 1), real.wrap(plaintext, context)),
    unwrap: (wrapped, context) => ((calls.unwrap += 1), real.unwrap(wrapped, context)),
  };
  store = new MemoryKeyStore();
});

test('reads in one process what another wrote', async () => {
  const written = (await new KeyRing(provider).load(store, [ref], 'create')).encrypt(ref, address, 'Ada');
  const keys = await new KeyRing(provider).load(store, [ref], 'read');
  expect(written).toMatch(/^v1\.1\.[\w-]+$/);
  expect(keys.decrypt(ref, address, written)).toBe('Ada');
});

test('a cold list of a hundred patients costs one look into the store and one call of the provider', async () => {
  const refs = Array.from({ length: 100 }, (_, index) => refOf(`pat_${index}`));
  await new KeyRing(provider).load(store, refs, 'create');
  Object.assign(calls, { wrap: 0, unwrap: 0 });
  store.finds = 0;
  await new KeyRing(provider).load(store, refs, 'read');
  expect({ ...calls, finds: store.finds }).toEqual({ wrap: 0, unwrap: 1, finds: 1 });
});

test('concurrent cold loads share the call of the provider', async () => {
  await new KeyRing(provider).load(store, [ref], 'create');
  calls.unwrap = 0;
  const ring = new KeyRing(provider);
  await Promise.all(Array.from({ length: 20 }, () => ring.load(store, [ref], 'read')));
  expect(calls.unwrap).toBe(1);
});

test('those who make the same keys at once end with the same keys', async () => {
  const rings = Array.from({ length: 8 }, () => new KeyRing(provider));
  const refs = [ref, refOf('pat_2'), refOf('pat_1', 'IMAGE')];
  const loaded = await Promise.all(rings.map((ring) => ring.load(store, refs, 'create')));
  for (const own of refs) {
    const [first, ...others] = loaded.map((keys) => keys.encrypt(own, address, 'Ada'));
    for (const keys of loaded) expect(keys.decrypt(own, address, first!)).toBe('Ada');
    for (const other of others) expect(loaded[0]!.decrypt(own, address, other)).toBe('Ada');
  }
  expect(store.rows.size).toBe(4);
});

test('reading makes no keys, and using one that is missing is refused', async () => {
  const keys = await new KeyRing(provider).load(store, [ref], 'read');
  expect(store.rows.size).toBe(0);
  expect(() => keys.decrypt(ref, address, 'v1.1.x')).toThrow(KeyUnavailableError);
});

test('a shredded key reads as null, writes are refused, and nobody makes it anew', async () => {
  const ring = new KeyRing(provider);
  const written = (await ring.load(store, [ref], 'create')).encrypt(ref, address, 'Ada');
  store.shred(ref);
  ring.evict(ref);
  const keys = await ring.load(store, [ref], 'create');
  expect(keys.decrypt(ref, address, written)).toBeNull();
  expect(() => keys.encrypt(ref, address, 'Ada')).toThrow(KeyUnavailableError);
  expect(store.rows.get(JSON.stringify([organisationId, 'pat_1', 'CLINICAL']))?.wrapped).toBeNull();
});

test('a shredded organisation reads as null throughout', async () => {
  const ring = new KeyRing(provider);
  const written = (await ring.load(store, [ref], 'create')).encrypt(ref, address, 'Ada');
  store.shred(organisationRef(organisationId));
  ring.evict(organisationRef(organisationId));
  expect((await ring.load(store, [ref], 'read')).decrypt(ref, address, written)).toBeNull();
  await expect(ring.load(store, [refOf('pat_9')], 'create')).rejects.toThrow(KeyUnavailableError);
  await expect(ring.indexKey(store, organisationId)).rejects.toThrow(KeyUnavailableError);
});

test('a load that was under way during an eviction does not bring the key back', async () => {
  await new KeyRing(provider).load(store, [ref], 'create');
  const ring = new KeyRing(provider);
  const underWay = ring.load(store, [ref], 'read');
  ring.evict(ref);
  await underWay;
  store.shred(ref);
  const sealed = 'v1.1.AAAA';
  expect((await ring.load(store, [ref], 'read')).decrypt(ref, address, sealed)).toBeNull();
});

test('keys seen inside a transaction are not kept: it may roll back', async () => {
  const ring = new KeyRing(provider);
  await ring.load(new MemoryKeyStore(true), [ref], 'create');
  const written = (await ring.load(store, [ref], 'create')).encrypt(ref, address, 'Ada');
  expect((await new KeyRing(provider).load(store, [ref], 'read')).decrypt(ref, address, written)).toBe('Ada');
});

test('keys are forgotten after their time and beyond the number allowed', async () => {
  let nowMs = 0;
  const ring = new KeyRing(provider, { ttlMs: 1_000, maxKeys: 2, now: () => nowMs });
  const isCached = async (own: KeyRef): Promise<boolean> => {
    store.finds = 0;
    await ring.load(store, [own], 'read');
    return store.finds === 0;
  };
  await ring.load(store, [ref], 'create');
  nowMs = 999;
  expect(await isCached(ref)).toBe(true);
  nowMs = 1_000;
  expect(await isCached(ref)).toBe(false);
  await ring.load(store, [refOf('pat_2'), refOf('pat_3')], 'create');
  expect(await isCached(ref)).toBe(false);
});

test('a lost organisation key is reported, not replaced', async () => {
  await new KeyRing(provider).load(store, [ref], 'create');
  store.rows.delete(JSON.stringify([organisationId, organisationId, 'ORGANISATION']));
  await expect(new KeyRing(provider).load(store, [ref, refOf('pat_2')], 'create')).rejects.toThrow(KeyUnavailableError);
  expect(store.rows.size).toBe(1);
});

test("a wrapped key copied to another subject's row does not open", async () => {
  await new KeyRing(provider).load(store, [ref], 'create');
  const own = store.rows.get(JSON.stringify([organisationId, 'pat_1', 'CLINICAL']))!;
  await store.insert({ ...own, subjectId: 'pat_2' });
  await expect(new KeyRing(provider).load(store, [refOf('pat_2')], 'read')).rejects.toThrow(DecryptionError);
});

test("an organisation's key is no data key", async () => {
  await expect(new KeyRing(provider).load(store, [organisationRef(organisationId)], 'create')).rejects.toThrow();
});

test('the index key is the same in every process and another for every organisation', async () => {
  const key = await new KeyRing(provider).indexKey(store, organisationId);
  expect(key).toHaveLength(32);
  expect((await new KeyRing(provider).indexKey(store, organisationId)).equals(key)).toBe(true);
  expect((await new KeyRing(provider).indexKey(store, 'org_b')).equals(key)).toBe(false);
});

test('neither a ring nor its keys show key material when they are logged', async () => {
  const ring = new KeyRing(provider);
  const keys = await ring.load(store, [ref], 'create');
  expect(inspect([ring, keys], { depth: 10, showHidden: true })).not.toMatch(/<Buffer|Uint8Array|[0-9a-f]{64}/);
  expect(JSON.stringify(keys)).not.toMatch(/[0-9a-f]{64}|"data"/);
});

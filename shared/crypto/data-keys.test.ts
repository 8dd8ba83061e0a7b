import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  DecryptionError,
  KeyRing,
  localKeyProvider,
  type DataKeys,
  type FieldAddress,
  type KeyRef,
} from '#shared/crypto';
import { MemoryKeyStore } from './memory-key-store.fixture';

const ref: KeyRef = { organisationId: 'org_a', subjectId: 'pat_1', category: 'CLINICAL' };
const strangers: KeyRef[] = [
  { ...ref, subjectId: 'pat_2' },
  { ...ref, category: 'IMAGE' },
  { ...ref, organisationId: 'org_b' },
];
const address: FieldAddress = { table: 'patients', column: 'name', rowId: 'pat_1' };

/** Every string JavaScript has, half surrogate pairs included. */
const anyString = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const anyAddress = fc.record({ table: fc.string(), column: fc.string(), rowId: fc.string() });

let keys: DataKeys;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sa-data-keys-'));
  keys = await new KeyRing(localKeyProvider(join(directory, 'kek'))).load(
    new MemoryKeyStore(),
    [ref, ...strangers],
    'create',
  );
  rmSync(directory, { recursive: true });
});

test('decrypts any text to what it was', () => {
  const roundTrip = (text: string, at: FieldAddress): void => {
    const written = keys.encrypt(ref, at, text);
    expect(written).toMatch(/^[\x21-\x7e]+$/);
    expect(keys.decrypt(ref, at, written)).toBe(text);
  };
  fc.assert(fc.property(anyString, anyAddress, roundTrip));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), anyAddress, roundTrip));
});

test('encrypts the same text differently every time', () => {
  expect(keys.encrypt(ref, address, 'Ada')).not.toBe(keys.encrypt(ref, address, 'Ada'));
});

test('refuses ciphertext with any bit of it changed', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.integer({ min: 1, max: 255 }), (text, position, mask) => {
      const [scheme, version, sealed] = keys.encrypt(ref, address, text).split('.');
      const bytes = Buffer.from(sealed!, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(position % bytes.length) ^ mask, position % bytes.length);
      const changed = `${scheme}.${version}.${bytes.toString('base64url')}`;
      expect(() => keys.decrypt(ref, address, changed)).toThrow(DecryptionError);
    }),
  );
});

test('refuses ciphertext with any character of its text replaced, dropped or added', () => {
  const characters = 'ABab01-_.v'.split('');
  fc.assert(
    fc.property(
      fc.string(),
      fc.record({ position: fc.nat(), character: fc.constantFrom(...characters, ''), taken: fc.nat(1) }),
      (text, { position, character, taken }) => {
        const written = keys.encrypt(ref, address, text);
        const at = position % (written.length + 1);
        const changed = written.slice(0, at) + character + written.slice(at + taken);
        fc.pre(changed !== written);
        expect(() => keys.decrypt(ref, address, changed)).toThrow(DecryptionError);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('refuses ciphertext in another row, column or table', () => {
  fc.assert(
    fc.property(anyAddress, anyAddress, fc.string(), (from, to, text) => {
      fc.pre(from.table !== to.table || from.column !== to.column || from.rowId !== to.rowId);
      expect(() => keys.decrypt(ref, to, keys.encrypt(ref, from, text))).toThrow(DecryptionError);
    }),
  );
});

test('an address cannot be mistaken for another that reads alike', () => {
  const written = keys.encrypt(ref, { table: 'a|b', column: 'c', rowId: 'd' }, 'Ada');
  expect(() => keys.decrypt(ref, { table: 'a', column: 'b|c', rowId: 'd' }, written)).toThrow(DecryptionError);
});

test.each(strangers)('refuses ciphertext of another subject, category or organisation (%j)', (stranger) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => keys.decrypt(stranger, address, keys.encrypt(ref, address, text))).toThrow(DecryptionError);
    }),
  );
});

test('says nothing of the text or the row when it refuses', () => {
  const written = keys.encrypt(ref, address, 'Ada Lovelace');
  const attempt = (): string | null => keys.decrypt(ref, { ...address, rowId: 'pat_2' }, written);
  expect(attempt).toThrow(/^(?!.*(Ada|pat_|v1\.)).+$/);
});

import { type KeyObject } from 'node:crypto';
import { DecryptionError, KeyUnavailableError } from './errors';
import { type LoadedKey } from './key-cache';
import { open, seal } from './sealed';
import { type KeyRef, refId } from './wrapped-key-store';

/** Where a value stands. Ciphertext opens at its own address only, so it cannot be copied to another row or column. */
export interface FieldAddress {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

/** UTF-8 has no half surrogate pairs; the rare text that holds one (`v1w`) is kept as UTF-16. */
const encodings = { v1: 'utf8', v1w: 'utf16le' } as const;
const pattern = /^(v1w?)\.([1-9]\d*)\.([\w-]+)$/;
const halfPair = /\p{Surrogate}/u;

/** Keys that have been loaded: encrypts and decrypts without waiting. Hold it for one piece of work, not longer. */
export class DataKeys {
  constructor(private readonly keys: ReadonlyMap<string, LoadedKey>) {}

  /**
   * @returns `v1.<key version>.<base64url of IV, ciphertext and tag>`, ASCII
   * @throws {KeyUnavailableError} when the key was destroyed or not loaded
   */
  encrypt(ref: KeyRef, address: FieldAddress, plaintext: string): string {
    const { key, version } = this.loaded(ref);
    if (!key) throw new KeyUnavailableError(`The ${ref.category} key of this subject has been destroyed`);
    const scheme = halfPair.test(plaintext) ? 'v1w' : 'v1';
    const aad = additionalData(scheme, address, version);
    return `${scheme}.${version}.${seal(key, aad, Buffer.from(plaintext, encodings[scheme]))}`;
  }

  /**
   * @returns null when the key was destroyed: the value is gone for good
   * @throws {DecryptionError} when the ciphertext was changed or moved
   */
  decrypt(ref: KeyRef, address: FieldAddress, ciphertext: string): string | null {
    const { key, version } = this.loaded(ref);
    return key && decryptWith(key, { address, version, ciphertext });
  }

  private loaded(ref: KeyRef): LoadedKey {
    const loaded = this.keys.get(refId(ref));
    if (!loaded) throw new KeyUnavailableError(`There is no ${ref.category} key of this subject`);
    return loaded;
  }
}

function decryptWith(key: KeyObject, value: { address: FieldAddress; version: number; ciphertext: string }): string {
  const [, scheme, version, sealed] = pattern.exec(value.ciphertext) ?? [];
  if ((scheme !== 'v1' && scheme !== 'v1w') || sealed === undefined)
    throw new DecryptionError('This is not ciphertext');
  if (Number(version) !== value.version) throw new DecryptionError('Encrypted under another version of the key');
  return open(key, additionalData(scheme, value.address, value.version), sealed).toString(encodings[scheme]);
}

/** JSON, so that no two addresses read the same: joined by a bar, `a|b` + `c` and `a` + `b|c` would. */
function additionalData(scheme: string, { table, column, rowId }: FieldAddress, version: number): string {
  return JSON.stringify([scheme, table, column, rowId, version]);
}

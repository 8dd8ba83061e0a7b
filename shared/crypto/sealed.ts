import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { DecryptionError } from './errors';

const algorithm = 'aes-256-gcm';
const ivLength = 12; // NIST SP 800-38D §5.2.1.1: 96 bits is the length GCM is made for
const authTagLength = 16; // must be said: Node 20 accepts a 4-byte tag otherwise

/** AES-256-GCM under a fresh random IV. @returns base64url of IV, ciphertext and tag */
export function seal(key: KeyObject, aad: string, plaintext: Buffer): string {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength }).setAAD(Buffer.from(aad));
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** @throws {DecryptionError} unless every bit of the text and of `aad` is as it was sealed */
export function open(key: KeyObject, aad: string, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  // Base64 has spare bits at its end; two texts for the same bytes would be an unnoticed change.
  if (bytes.length < ivLength + authTagLength || bytes.toString('base64url') !== sealed) throw refusal();
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivLength), { authTagLength });
  decipher.setAAD(Buffer.from(aad)).setAuthTag(bytes.subarray(-authTagLength));
  const clear = decipher.update(bytes.subarray(ivLength, -authTagLength));
  try {
    return Buffer.concat([clear, decipher.final()]);
  } catch {
    throw refusal();
  }
}

function refusal(): DecryptionError {
  return new DecryptionError('The ciphertext was changed, moved, or encrypted under another key');
}

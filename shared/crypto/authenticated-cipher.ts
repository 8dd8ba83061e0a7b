import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ivLength = 12;
// Node 20 would accept a tag of four bytes, which can be guessed; NIST SP 800-38D §5.2.1.2 wants sixteen.
const authTagLength = 16;

/** AES-256-GCM. @returns iv | ciphertext | tag */
export function seal(key: Buffer, plaintext: Buffer, aad: string): Buffer {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength });
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws {Error} when a byte, the key or the AAD differs; the message says nothing about which */
export function open(key: Buffer, sealed: Buffer, aad: string): Buffer {
  if (sealed.length < ivLength + authTagLength) throw new Error('This ciphertext is damaged');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivLength), { authTagLength });
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(sealed.subarray(-authTagLength));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivLength, -authTagLength)), decipher.final()]);
  } catch {
    throw new Error('This ciphertext is damaged'); // OpenSSL's own text differs from version to version
  }
}

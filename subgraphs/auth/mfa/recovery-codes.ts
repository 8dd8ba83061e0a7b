import { randomBytes } from 'node:crypto';

/** As many as most services give: enough for a few losses, few enough to print. */
export const recoveryCodeCount = 10;
const codeLength = 16; // 80 bits: guessing is hopeless even without the limit on attempts
const groupLength = 4;
// Crockford's base32: no i, l, o, u, so a code can be copied from paper.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const pattern = new RegExp(`^[${alphabet}]{${String(codeLength)}}$`);

/** Fresh codes like `7k3m-9x2p-0qrt-v5wz`, to be shown once. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const characters = Array.from(randomBytes(codeLength), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
    return characters.match(new RegExp(`.{${String(groupLength)}}`, 'g'))?.join('-') ?? characters;
  });
}

/** As it is hashed: what people do to a code when they type it from paper is undone. Null for what cannot be one. */
export function normaliseRecoveryCode(typed: string): string | null {
  const code = typed.slice(0, 64).toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return pattern.test(code) ? code : null;
}

import { randomBytes } from 'node:crypto';
import { sha256Hex } from '#shared/crypto';

const tokenBytes = 32;

/** A secret that is handed out once and kept as its hash. With 256 random bits a fast hash is enough. */
export function newOneTimeToken(): { readonly token: string; readonly tokenHash: string } {
  const token = randomBytes(tokenBytes).toString('base64url');
  return { token, tokenHash: hashOfToken(token) };
}

export function hashOfToken(token: string): string {
  return sha256Hex(token.slice(0, 256));
}

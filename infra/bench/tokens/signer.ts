import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';

export const algorithms = ['ES256', 'EdDSA', 'RS256'] as const;
export type Algorithm = (typeof algorithms)[number];
export const [issuer, audience] = ['https://issuer.example', 'sa-platform'];

const lifetimeSeconds = 900;

export interface Signer {
  readonly keys: { keys: { kty: string; [member: string]: unknown }[] };
  /** Each has a `jti` and a signature of its own. */
  readonly newToken: () => string;
}

export function createSigner(alg: Algorithm): Signer {
  const { privateKey, publicKey } = pairOf(alg);
  const { kty = '', ...members } = publicKey.export({ format: 'jwk' });
  const header = encode({ alg, typ: 'at+jwt', kid: 'bench' });
  return {
    keys: { keys: [{ kty, ...members, kid: 'bench', alg }] },
    newToken: () => {
      const text = `${header}.${encode(claims())}`;
      return `${text}.${signature(alg, text, privateKey).toString('base64url')}`;
    },
  };
}

function pairOf(alg: Algorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (alg) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2_048 });
  }
}

/** RFC 7518 §3.4: of an ECDSA signature the two numbers side by side, and not in DER. */
function signature(alg: Algorithm, text: string, key: KeyObject): Buffer {
  const digest = alg === 'EdDSA' ? null : 'sha256';
  return sign(digest, Buffer.from(text), { key, ...(alg === 'ES256' && { dsaEncoding: 'ieee-p1363' as const }) });
}

function claims(): object {
  const now = Math.floor(Date.now() / 1_000);
  const who = { sub: 'cli_bench', client_id: 'cli_bench', org_id: 'org_bench', region: 'UK' };
  const times = { iat: now, exp: now + lifetimeSeconds, jti: randomUUID() };
  return { iss: issuer, aud: audience, ...who, scope: 'clinical:cases:read', ...times };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

import { type KeyObject, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const lifetimeSeconds = 3_600;
const scope = 'clinical:patients:read reviews:human:read';

/** An issuer of access tokens as ours verifies them (RFC 9068); peers forward them unread. */
export function createIssuer(): {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: { keys: { kty: string; [member: string]: unknown }[] };
  /** @returns the values of an Authorization header, each of another person and with another signature */
  bearers(count: number): string[];
} {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty = 'EC', ...members } = publicKey.export({ format: 'jwk' });
  const [issuer, audience] = ['https://issuer.example', 'sa-platform'];
  return {
    issuer,
    audience,
    keys: { keys: [{ kty, ...members, kid: 'bench', alg: 'ES256' }] },
    bearers: (count) =>
      Array.from({ length: count }, (_, index) => {
        const who = { sub: `usr_${index}`, user_id: `usr_${index}`, client_id: 'cli_bench', org_id: 'org_bench' };
        return `Bearer ${jwt({ ...who, iss: issuer, aud: audience, region: 'UK', scope }, privateKey)}`;
      }),
  };
}

function jwt(claims: object, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now, exp: now + lifetimeSeconds, jti: randomUUID() };
  const parts = [
    { alg: 'ES256', typ: 'at+jwt', kid: 'bench' },
    { ...claims, ...times },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  // RFC 7518 §3.4: the two numbers side by side, and not in DER.
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

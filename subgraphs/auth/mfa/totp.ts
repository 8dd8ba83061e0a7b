import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator app has it: SHA-1, six digits, 30 seconds. RFC 4226 §4 asks for 160 bits of key. */
const parameters = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
const secretBytes = 20;
/** Steps that a clock may be off, either way (RFC 6238 §5.2 recommends one). */
const driftSteps = 1;

export function newTotpSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** What the QR code holds (Key Uri Format): `otpauth://totp/<issuer>:<account>?secret=…`. A secret. */
export function otpauthUrl(secret: string, names: { readonly issuer: string; readonly account: string }): string {
  return new TOTP({ ...parameters, issuer: names.issuer, label: names.account, secret }).toString();
}

/** @returns the time step whose code this is, at most one step from now; null for any other text */
export function stepOfCode(secret: string, code: string, at: Date): number | null {
  const token = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const totp = new TOTP({ ...parameters, secret });
  const timestamp = at.getTime();
  const delta = totp.validate({ token, timestamp, window: driftSteps });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}

import { decodeJwt } from 'jose';

/**
 * What a token says of its region, before anything of it is checked: good for sending its bearer elsewhere and for
 * nothing else. Reads access tokens (`region`) and actor contexts (`actor.region`).
 * @returns null for what is no such token
 */
export function claimedRegion(token: string): unknown {
  try {
    const { region, actor } = decodeJwt<{ region?: unknown; actor?: { region?: unknown } | null }>(token);
    return region ?? actor?.region ?? null;
  } catch {
    return null; // its verifier says what is wrong with it
  }
}

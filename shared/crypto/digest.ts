import { createHash, timingSafeEqual } from 'node:crypto';

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Takes the same time wherever the texts differ. Their digests are compared, so the lengths show nothing either. */
export function timingSafeEqualText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf16le').digest();
  return timingSafeEqual(digest(a), digest(b));
}

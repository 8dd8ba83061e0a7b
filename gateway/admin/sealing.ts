import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { DecryptionError, open, seal } from '#shared/crypto';

/** Seals JSON under keys derived from one secret, a key for each purpose. */
export class Sealing {
  constructor(private readonly secret: Buffer) {}

  /** @param purpose who opens it must say the same */
  seal(purpose: string, value: unknown): string {
    return seal(this.keyFor(purpose), purpose, Buffer.from(JSON.stringify(value)));
  }

  /** Null for whatever was not sealed here for this purpose. */
  open(purpose: string, sealed: string): unknown {
    try {
      return JSON.parse(open(this.keyFor(purpose), purpose, sealed).toString());
    } catch (error) {
      if (error instanceof DecryptionError) return null;
      throw error;
    }
  }

  private keyFor(purpose: string): KeyObject {
    // RFC 5869: the secret is uniformly random, so no salt is needed (§3.1).
    return createSecretKey(Buffer.from(hkdfSync('sha256', this.secret, '', `admin:${purpose}`, 32)));
  }
}

import { hash, verify } from '@node-rs/argon2';
import { compare } from 'bcryptjs';
import { isBcrypt } from '../passwords/imported-hash';

export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** Argon2id (RFC 9106) for passwords and client secrets; the library's default variant. */
export class PasswordHasher {
  /** What a secret is compared with when there is nothing to compare it with: the answer must take as long. */
  private decoy: Promise<string> | null = null;

  constructor(private readonly cost: HashCost) {}

  /** A hash in PHC format: it carries its own salt and cost. */
  hash(secret: string): Promise<string> {
    const { memoryKib: memoryCost, passes: timeCost } = this.cost;
    return hash(secret, { memoryCost, timeCost, parallelism: 1 });
  }

  /** Whether a hash was brought from elsewhere, to be replaced once the password is at hand. */
  isForeign(hash: string): boolean {
    return isBcrypt(hash);
  }

  /** @param phc null takes as long as a wrong secret, and is one */
  async matches(phc: string | null, secret: string): Promise<boolean> {
    if (phc !== null) return isBcrypt(phc) ? compare(secret, phc) : verify(phc, secret);
    await verify(await (this.decoy ??= this.hash('decoy')), secret);
    return false;
  }
}

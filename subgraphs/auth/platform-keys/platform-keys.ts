import { createPrivateKey, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { blindIndex, normaliseEmail, type KeyProvider } from '#shared/crypto';
import { isUniqueViolation } from '#shared/database';
import { PlatformKey } from './platform-key.entity';

/** What the platform's own keys are for. Each is made when it is first needed. */
export type PlatformKeyName =
  'login-email-index' | 'oauth-index' | 'oauth-payloads' | 'oauth-cookies' | 'audit-checkpoints';

const keyBytes = 32;

/** Keys of the platform as a whole: for what is looked up before anybody's organisation is known. */
export class PlatformKeys {
  private readonly keys = new Map<PlatformKeyName, Promise<Buffer>>();

  constructor(private readonly provider: KeyProvider) {}

  /** What the login index holds instead of the address. */
  async emailHash(source: DataSource, email: string): Promise<string> {
    return blindIndex(await this.bytesOf(source, 'login-email-index'), 'logins.email', normaliseEmail(email));
  }

  /** Keyed hash of a value that is looked up by equality and stored nowhere in clear. */
  async hash(source: DataSource, field: string, value: string): Promise<string> {
    return blindIndex(await this.bytesOf(source, 'oauth-index'), field, value);
  }

  async sealingKey(source: DataSource): Promise<KeyObject> {
    return createSecretKey(await this.bytesOf(source, 'oauth-payloads'));
  }

  /** What cookies are signed with, as text. */
  async cookieKey(source: DataSource): Promise<string> {
    return (await this.bytesOf(source, 'oauth-cookies')).toString('base64url');
  }

  /** What checkpoints of audit chains are signed with: Ed25519, the platform's own and never a token's. */
  async checkpointKey(source: DataSource): Promise<KeyObject> {
    const seed = await this.bytesOf(source, 'audit-checkpoints');
    // RFC 8410 §7: the private key is the seed, in a PKCS #8 envelope that is the same for all of them.
    const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  }

  private bytesOf(source: DataSource, name: PlatformKeyName): Promise<Buffer> {
    const known = this.keys.get(name);
    if (known) return known;
    const found = this.findOrMake(source, name).catch((error: unknown) => {
      this.keys.delete(name); // the next caller tries anew
      throw error;
    });
    this.keys.set(name, found);
    return found;
  }

  private async findOrMake(source: DataSource, name: PlatformKeyName): Promise<Buffer> {
    const repository = source.getRepository(PlatformKey);
    if (!(await repository.existsBy({ name }))) await this.make(source, name);
    const { wrapped } = await repository.findOneByOrFail({ name });
    return this.provider.unwrap(wrapped, contextOf(name));
  }

  /** Of several processes that start for the first time together, the quickest one's key is everybody's. */
  private async make(source: DataSource, name: PlatformKeyName): Promise<void> {
    const wrapped = await this.provider.wrap(randomBytes(keyBytes), contextOf(name));
    try {
      await source.getRepository(PlatformKey).insert({ name, wrapped, createdAt: new Date() });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

function contextOf(name: PlatformKeyName): Record<string, string> {
  return { purpose: 'platform-key', name };
}

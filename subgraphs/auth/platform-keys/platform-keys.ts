import { randomBytes } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { blindIndex, normaliseEmail, type KeyProvider } from '#shared/crypto';
import { isUniqueViolation } from '#shared/database';
import { PlatformKey } from './platform-key.entity';

const emailKeyName = 'login-email-index';
const keyBytes = 32;

/** The key that e-mail addresses are indexed under across organisations: sign-in knows no organisation yet. */
export class PlatformKeys {
  private emailKey: Promise<Buffer> | null = null;

  constructor(private readonly provider: KeyProvider) {}

  /** What the login index holds instead of the address. */
  async emailHash(source: DataSource, email: string): Promise<string> {
    return blindIndex(await this.loadEmailKey(source), 'logins.email', normaliseEmail(email));
  }

  private loadEmailKey(source: DataSource): Promise<Buffer> {
    this.emailKey ??= this.findOrMake(source, emailKeyName).catch((error: unknown) => {
      this.emailKey = null; // the next caller tries anew
      throw error;
    });
    return this.emailKey;
  }

  private async findOrMake(source: DataSource, name: string): Promise<Buffer> {
    const repository = source.getRepository(PlatformKey);
    if (!(await repository.existsBy({ name }))) await this.make(source, name);
    const { wrapped } = await repository.findOneByOrFail({ name });
    return this.provider.unwrap(wrapped, contextOf(name));
  }

  /** Of several processes that start for the first time together, the quickest one's key is everybody's. */
  private async make(source: DataSource, name: string): Promise<void> {
    const wrapped = await this.provider.wrap(randomBytes(keyBytes), contextOf(name));
    try {
      await source.getRepository(PlatformKey).insert({ name, wrapped, createdAt: new Date() });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

function contextOf(name: string): Record<string, string> {
  return { purpose: 'platform-key', name };
}

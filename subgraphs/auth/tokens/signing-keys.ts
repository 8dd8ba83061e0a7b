import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet } from 'jose';
import { type DataSource } from 'typeorm';
import { type KeyProvider } from '#shared/crypto';
import { isUniqueViolation } from '#shared/database';
import { SigningKey } from './signing-key.entity';

/** What a token is signed with. */
export interface TokenSigner {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
}

/** The platform's signing keys: made at first start, kept wrapped, published as a key set. */
export class SigningKeys {
  private signer: Promise<TokenSigner> | null = null;

  constructor(private readonly provider: KeyProvider) {}

  /** The active key, made if there is none yet. Kept in memory: unwrapping asks the key provider. */
  active(source: DataSource): Promise<TokenSigner> {
    this.signer ??= this.load(source).catch((error: unknown) => {
      this.signer = null; // the next caller tries anew
      throw error;
    });
    return this.signer;
  }

  /** Public halves of every key whose tokens may still be alive (RFC 7517 §5). */
  async publicKeys(source: DataSource): Promise<JSONWebKeySet> {
    await this.active(source);
    const keys = await source.getRepository(SigningKey).find({ where: { status: 'ACTIVE' }, order: { number: 'ASC' } });
    return { keys: keys.map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })) };
  }

  private async load(source: DataSource): Promise<TokenSigner> {
    // One read: the number of the next key must follow from the same look that found no active one.
    const known = await source.getRepository(SigningKey).find({ order: { number: 'DESC' } });
    const active = known.find(({ status }) => status === 'ACTIVE');
    const key = active ?? (await this.make(source, (known[0]?.number ?? 0) + 1));
    const der = await this.provider.unwrap(key.wrappedPrivateKey, contextOf(key.kid));
    return { kid: key.kid, alg: key.alg, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }

  private async make(source: DataSource, number: number): Promise<SigningKey> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    const wrappedPrivateKey = await this.provider.wrap(der, contextOf(kid));
    const repository = source.getRepository(SigningKey);
    const key = {
      number,
      kid,
      publicJwk,
      wrappedPrivateKey,
      alg: 'ES256',
      status: 'ACTIVE',
      createdAt: new Date(),
    } as const;
    try {
      await repository.insert(key);
    } catch (error) {
      // Another process was quicker: its key is the one.
      if (!isUniqueViolation(error)) throw error;
    }
    return repository.findOneByOrFail({ number });
  }
}

function contextOf(kid: string): Record<string, string> {
  return { purpose: 'signing-key', kid };
}

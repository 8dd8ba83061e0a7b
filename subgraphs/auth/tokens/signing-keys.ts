import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet, type JWK } from 'jose';
import { type DataSource } from 'typeorm';
import { type KeyProvider } from '#shared/crypto';
import { isUniqueViolation } from '#shared/database';
import { promote, retire } from './key-rotation';
import { SigningKey, type SigningAlgorithm, type SigningKeyStatus } from './signing-key.entity';

export interface SigningKeysOptions {
  readonly provider: KeyProvider;
  /** Of keys that are made from now on. */
  readonly algorithm: SigningAlgorithm;
  /** How long a key signs before the next one is due. */
  readonly rotationSeconds: number;
  /** How long a key is published before it may sign: caches of the key set must have run out by then. */
  readonly publishSeconds: number;
  /** How long a key is published after it has signed for the last time: the longest life of a token, and some. */
  readonly overlapSeconds: number;
}

/** The keys as one process knows them. The same object while nothing has changed. */
export interface KeySet {
  readonly active: { readonly kid: string; readonly alg: SigningAlgorithm };
  /** Private halves, the active key first. */
  readonly signers: readonly JWK[];
  /** RFC 7517 §5: public halves of every key whose tokens may be alive now or soon. */
  readonly published: JSONWebKeySet;
}

/** How old what this process knows of the keys may be. */
const freshForMs = 2_000;
const published: ReadonlySet<SigningKeyStatus> = new Set(['PENDING', 'ACTIVE', 'RETIRING'] as const);

/** The platform's signing keys: made at first start, kept wrapped, published before they sign and after. */
export class SigningKeys {
  private known: { readonly set: KeySet; readonly fingerprint: string; readonly readAt: number } | null = null;
  private reading: Promise<KeySet> | null = null;
  /** Unwrapping asks the key provider, so it is done once per key and process. */
  private readonly unwrapped = new Map<string, JWK>();

  constructor(private readonly options: SigningKeysOptions) {}

  /** Looks again when what is known is older than two seconds; nobody waits for more than one look at once. */
  current(source: DataSource): Promise<KeySet> {
    if (this.known && performance.now() - this.known.readAt < freshForMs) return Promise.resolve(this.known.set);
    this.reading ??= this.read(source).finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** What is known may be out of date: the next caller looks. */
  forget(): void {
    this.known = null;
  }

  list(source: DataSource): Promise<SigningKey[]> {
    return source.getRepository(SigningKey).find({ order: { number: 'DESC' } });
  }

  /** Makes what is missing, lets the next key sign when it is due, and withdraws what has had its time. */
  async keep(source: DataSource, at: Date): Promise<number> {
    const keys = await this.complete(source, at);
    const next = keys.find(({ status }) => status === 'PENDING');
    let done = await retire(source, at);
    if (next?.notBefore && next.notBefore <= at) {
      done += await promote(source, next, { at, retireAt: this.retireAt(at) });
      await this.complete(source, at);
    }
    if (done > 0) this.forget();
    return done;
  }

  /** When a key that is published since `createdAt` may sign at the earliest. */
  mayActAfter({ createdAt }: Pick<SigningKey, 'createdAt'>): Date {
    return new Date(createdAt.getTime() + this.options.publishSeconds * 1_000);
  }

  private retireAt(at: Date): Date {
    return new Date(at.getTime() + this.options.overlapSeconds * 1_000);
  }

  private async read(source: DataSource): Promise<KeySet> {
    const readAt = performance.now();
    const keys = await this.complete(source, new Date());
    const fingerprint = JSON.stringify(keys.map(({ kid, status }) => [kid, status]));
    if (this.known?.fingerprint === fingerprint) {
      this.known = { ...this.known, readAt };
      return this.known.set;
    }
    const set = await this.setOf(keys);
    this.known = { set, fingerprint, readAt };
    return set;
  }

  private async setOf(keys: readonly SigningKey[]): Promise<KeySet> {
    const active = keys.find(({ status }) => status === 'ACTIVE');
    if (!active) throw new Error('No signing key is active');
    const signers = await Promise.all([active, ...keys.filter((key) => key !== active)].map((key) => this.unwrap(key)));
    const { kid, alg } = active;
    const keySet = { keys: keys.map((key) => ({ ...key.publicJwk, kid: key.kid, alg: key.alg, use: 'sig' })) };
    return { active: { kid, alg }, signers, published: keySet };
  }

  private async unwrap({ kid, alg, wrappedPrivateKey }: SigningKey): Promise<JWK> {
    const known = this.unwrapped.get(kid);
    if (known) return known;
    const der = await this.options.provider.unwrap(wrappedPrivateKey, contextOf(kid));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const jwk: JWK = { ...(await exportJWK(key)), kid, alg, use: 'sig' };
    this.unwrapped.set(kid, jwk);
    return jwk;
  }

  /** All published keys, in the order they were made; the first active and the next are made if there are none. */
  private async complete(source: DataSource, at: Date): Promise<SigningKey[]> {
    const repository = source.getRepository(SigningKey);
    for (;;) {
      // One read: the number of the next key must follow from the same look that found it missing.
      const known = await repository.find({ order: { number: 'ASC' } });
      const keys = known.filter(({ status }) => published.has(status));
      const active = keys.find(({ status }) => status === 'ACTIVE');
      const next = keys.find(({ status }) => status === 'PENDING');
      if (active && next) return keys;
      await this.make(source, {
        number: (known.at(-1)?.number ?? 0) + 1,
        ...(active
          ? { status: 'PENDING', notBefore: new Date(at.getTime() + this.options.rotationSeconds * 1_000) }
          : { status: 'ACTIVE', notBefore: at }),
      });
    }
  }

  private async make(
    source: DataSource,
    { number, status, notBefore }: Pick<SigningKey, 'number' | 'status' | 'notBefore'>,
  ): Promise<void> {
    const alg = this.options.algorithm;
    const { privateKey, publicKey } = generate(alg);
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    const wrappedPrivateKey = await this.options.provider.wrap(der, contextOf(kid));
    const times = { createdAt: new Date(), notBefore, retireAt: null };
    try {
      await source
        .getRepository(SigningKey)
        .insert({ number, kid, publicJwk, wrappedPrivateKey, alg, status, ...times });
    } catch (error) {
      // Another process was quicker: its key is the one.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

function generate(alg: SigningAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (alg) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2_048 });
  }
}

function contextOf(kid: string): Record<string, string> {
  return { purpose: 'signing-key', kid };
}

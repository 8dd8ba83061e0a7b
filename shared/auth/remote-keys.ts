import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Looked at anew after so long, in the background: a key that was withdrawn is refused about as soon. */
const freshForMs = 60_000;
/** While the issuer cannot be reached the keys that are known stand for so long. */
const staleForMs = 3_600_000;
/** Between two looks, whatever tokens pour in: unknown key ids of anybody's making ask for one each. */
const betweenLooksMs = 5_000;
const timeoutMs = 5_000;
const maxBytes = 262_144;

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** The issuer's keys could not be had: an outage of ours, not a fault of the token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

interface KnownKeys {
  readonly getKey: JWTVerifyGetKey;
  readonly readAtMs: number;
}

/** An issuer's key set (RFC 7517 §5) at one fixed address, kept at hand and never asked for more often than it helps. */
export class RemoteKeys {
  private known: KnownKeys | null = null;
  private looking: Promise<KnownKeys> | null = null;
  private lookedAtMs = -Infinity;

  constructor(
    private readonly url: URL,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws {KeysUnavailableError}; jose's JWKSNoMatchingKey when there is no such key */
  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    const known = await this.usable();
    try {
      return await known.getKey(header, token);
    } catch (error) {
      // A key we have not heard of: the issuer may have a new one, or somebody has made it up.
      const newer = isUnknownKey(error) ? await this.newerThan(known) : null;
      if (!newer) throw error;
      return newer.getKey(header, token);
    }
  };

  private async usable(): Promise<KnownKeys> {
    const { known } = this;
    const ageMs = known ? this.now() - known.readAtMs : Infinity;
    if (known && ageMs < freshForMs) return known;
    if (known && ageMs < staleForMs) {
      // Nobody waits for it, and what it fails with is told to whoever has nothing else.
      if (this.mayLook()) this.look().catch(() => undefined);
      return known;
    }
    if (!this.looking && !this.mayLook()) throw new KeysUnavailableError('The keys of the issuer cannot be had');
    return this.look();
  }

  private async newerThan(known: KnownKeys): Promise<KnownKeys | null> {
    if (!this.looking && !this.mayLook()) return null;
    const found = await this.look().catch(() => null);
    return found === known ? null : found;
  }

  private mayLook(): boolean {
    return this.now() - this.lookedAtMs >= betweenLooksMs;
  }

  private look(): Promise<KnownKeys> {
    this.looking ??= this.read().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async read(): Promise<KnownKeys> {
    const readAtMs = this.now();
    this.lookedAtMs = readAtMs;
    try {
      const keys = await fetchKeys(this.url);
      return (this.known = { getKey: createLocalJWKSet(keys), readAtMs });
    } catch (cause) {
      throw new KeysUnavailableError('The keys of the issuer cannot be had', { cause });
    }
  }
}

async function fetchKeys(url: URL): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    // Keys come from where the configuration says, and from nowhere that somebody there sends us to.
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) throw new Error(`The issuer answered ${String(response.status)}`);
  const text = await response.text();
  if (text.length > maxBytes) throw new Error('The key set is too long');
  return keySetSchema.parse(JSON.parse(text));
}

function isUnknownKey(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_JWKS_NO_MATCHING_KEY';
}

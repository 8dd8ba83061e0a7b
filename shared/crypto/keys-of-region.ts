import { type Region } from '#shared/region';
import { type KeyProvider } from './key-provider';

/**
 * The same root key, used for one region alone: the region is part of what each wrapped key is bound to, so what was
 * wrapped for one region does not unwrap for another, whoever holds the root key. KMS shows it in CloudTrail and can be
 * told to insist on it (`kms:EncryptionContext:region`).
 */
export function keysOfRegion(provider: KeyProvider, region: Region): KeyProvider {
  return {
    wrap: (plaintext, context) => provider.wrap(plaintext, { ...context, region }),
    unwrap: (wrapped, context) => provider.unwrap(wrapped, { ...context, region }),
  };
}

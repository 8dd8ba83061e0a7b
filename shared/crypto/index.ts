export { blindIndex, normaliseDigits, normaliseEmail, normaliseName, prefixTokens, searchTokens } from './blind-index';
export { DataKeys, type FieldAddress } from './data-keys';
export { sha256Hex, timingSafeEqualText } from './digest';
export { DecryptionError, KeyUnavailableError } from './errors';
export { type KeyProvider } from './key-provider';
export { KeyRing, type KeyRingOptions } from './key-ring';
export { kmsKeyProvider, type KmsKeyProviderOptions } from './kms-key-provider';
export { localKeyProvider } from './local-key-provider';
export { organisationRef, type KeyRef, type WrappedKey, type WrappedKeyStore } from './wrapped-key-store';

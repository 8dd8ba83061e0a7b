/** Ciphertext that does not open: changed, moved to another place, or under another key. Never says what was in it. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}

/** A key that cannot be used: destroyed, or never loaded. Names the category only. */
export class KeyUnavailableError extends Error {
  override readonly name = 'KeyUnavailableError';
}

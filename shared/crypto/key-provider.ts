/**
 * Wraps keys under a root key that never leaves its home (AWS KMS, or a file in embedded mode). The context is not
 * secret: it is written to KMS's audit trail, so it holds ids only, and a key unwraps under its own context alone.
 */
export interface KeyProvider {
  wrap(plaintext: Buffer, context: Record<string, string>): Promise<string>;
  /** @throws when the wrapped key was changed, or belongs to another context or root key */
  unwrap(wrapped: string, context: Record<string, string>): Promise<Buffer>;
}

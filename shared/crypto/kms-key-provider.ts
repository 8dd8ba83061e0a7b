import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { type KeyProvider } from './key-provider';

export interface KmsKeyProviderOptions {
  /** Key id, ARN or alias of a symmetric KMS key. */
  readonly keyId: string;
  readonly region: string;
  /** Another address than the region's own: a VPC endpoint, or a stand-in. */
  readonly endpoint?: string;
  /** The SDK's default chain (environment, container role, …) when absent. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The root key is a KMS key; the context becomes KMS's EncryptionContext, which CloudTrail shows in clear. */
export function kmsKeyProvider(options: KmsKeyProviderOptions): KeyProvider & { close(): void } {
  const { keyId, ...clientOptions } = options;
  const client = new KMSClient({
    ...clientOptions,
    // The SDK waits for ever by default; a request of ours is waiting behind this one.
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  return {
    async wrap(plaintext, context) {
      const command = new EncryptCommand({ KeyId: keyId, Plaintext: plaintext, EncryptionContext: context });
      const { CiphertextBlob } = await client.send(command);
      return toBuffer(CiphertextBlob).toString('base64');
    },
    async unwrap(wrapped, context) {
      const blob = Buffer.from(wrapped, 'base64');
      const command = new DecryptCommand({ KeyId: keyId, CiphertextBlob: blob, EncryptionContext: context });
      const { Plaintext } = await client.send(command);
      return toBuffer(Plaintext);
    },
    close: () => client.destroy(),
  };
}

function toBuffer(bytes: Uint8Array | undefined): Buffer {
  if (!bytes) throw new Error('KMS answered without a key');
  return Buffer.from(bytes);
}

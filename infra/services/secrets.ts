import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateInternalKeys, type InternalKeys, type InternalSigner } from '#shared/auth';
import { readSecrets, type EmbeddedSecrets } from '../embedded/secrets';
import { type ServicesConfig } from './config';

/** What the launcher hands out, to each process its own. */
export interface PlatformSecrets {
  readonly context: string;
  readonly objects: EmbeddedSecrets['objects'];
  readonly derm: EmbeddedSecrets['derm'];
  readonly payments: EmbeddedSecrets['payments'];
  /** Made anew at every start of the launcher: a restarted process gets the key it had. */
  readonly signers: ReadonlyMap<string, InternalSigner>;
  readonly keys: InternalKeys;
}

export function readPlatformSecrets(config: ServicesConfig): PlatformSecrets {
  const { objects, derm, payments } = readSecrets(config.DATA_DIR);
  const internal = generateInternalKeys(['gateway', ...config.subgraphs.map(({ name }) => `service:${name}`)]);
  return {
    ...{ derm, payments, ...internal },
    objects: {
      accessKeyId: config.S3_ACCESS_KEY_ID ?? objects.accessKeyId,
      secretAccessKey: config.S3_SECRET_ACCESS_KEY ?? objects.secretAccessKey,
    },
    context: config.CONTEXT_SECRET ?? readContextSecret(join(config.DATA_DIR, 'keys')),
  };
}

/** Made once: the databases' functions and accounts are derived from it. */
function readContextSecret(directory: string): string {
  const file = join(directory, 'context-secret');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const secret = randomBytes(32).toString('base64url');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, secret, { mode: 0o600 });
  return secret;
}

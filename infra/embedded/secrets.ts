import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the parts of an embedded platform prove themselves to each other with. Made once, kept in the data folder. */
export interface EmbeddedSecrets {
  readonly objects: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly derm: { readonly apiKey: string; readonly callbackSecret: string };
  readonly payments: { readonly apiKey: string; readonly webhookSecret: string };
}

export function readSecrets(dataDirectory: string): EmbeddedSecrets {
  const directory = join(dataDirectory, 'keys');
  const file = join(directory, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as EmbeddedSecrets;
  const secret = (): string => randomBytes(24).toString('base64url');
  const secrets: EmbeddedSecrets = {
    objects: { accessKeyId: 'embedded', secretAccessKey: secret() },
    derm: { apiKey: secret(), callbackSecret: secret() },
    payments: { apiKey: secret(), webhookSecret: secret() },
  };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

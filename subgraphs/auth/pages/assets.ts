import { createHash } from 'node:crypto';
import { type AssetPaths } from './page';
import { passkeyScript } from './passkey-script';
import { stylesheet } from './stylesheet';

/** A file of the pages. Its name holds a hash of what is in it, so it may be kept for ever. */
export interface Asset {
  readonly path: string;
  readonly contentType: string;
  readonly content: Buffer;
}

interface FileName {
  readonly name: string;
  readonly extension: string;
}

const folder = '/v1/oauth/assets';

function asset({ name, extension }: FileName, contentType: string, text: string): Asset {
  const content = Buffer.from(text);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { path: `${folder}/${name}-${hash}.${extension}`, contentType, content };
}

const styles = asset({ name: 'pages', extension: 'css' }, 'text/css; charset=utf-8', stylesheet);
const script = asset({ name: 'passkey', extension: 'js' }, 'text/javascript; charset=utf-8', passkeyScript);

export const assets: readonly Asset[] = [styles, script];
export const assetPaths: AssetPaths = { stylesheet: styles.path, passkeyScript: script.path };

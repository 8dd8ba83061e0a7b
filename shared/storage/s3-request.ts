import { type IncomingMessage } from 'node:http';
import { S3Error } from './s3-error';

/** A request taken apart once, without the URL class: it would resolve `..`, and the client signed what it sent. */
export interface S3Request {
  readonly method: string;
  /** As sent, percent-encoded. */
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  readonly bucket: string;
  /** Empty for requests about the bucket itself. */
  readonly key: string;
}

const maxKeyBytes = 1_024;
const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws {S3Error} when it is no request about a bucket or an object below `basePath` */
export function parseRequest(message: IncomingMessage, basePath: string): S3Request {
  const [rawPath, rawQuery] = split(message.url ?? '', '?');
  if (!rawPath.startsWith(`${basePath}/`)) throw new S3Error(404, 'NoSuchBucket');
  const [bucket, key] = split(decode(rawPath.slice(basePath.length + 1)), '/');
  if (!bucketPattern.test(bucket)) throw new S3Error(400, 'InvalidBucketName');
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error(400, 'KeyTooLongError');
  const headers = new Map(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  return { method: message.method ?? '', rawPath, query: parseQuery(rawQuery), headers, bucket, key };
}

function parseQuery(raw: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    const [name, value] = split(pair, '=').map(decode);
    if (name === undefined || value === undefined || query.has(name)) throw new S3Error(400, 'InvalidArgument');
    query.set(name, value);
  }
  return query;
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, 'InvalidURI'); // URIError is how a broken percent sign is told
  }
}

/** At the first separator only. */
function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { BodyCheck } from './body-digests';
import { parseRange } from './byte-range';
import { type Draft, type ObjectFiles, type ObjectMetadata, type OpenObject, writeAll } from './object-files';
import { S3Error } from './s3-error';
import { type S3Request } from './s3-request';

/** One request of an S3 client, authenticated, and all it takes to answer it. */
export interface S3Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly request: S3Request;
  readonly files: ObjectFiles;
  /** What the signature says the body's SHA-256 is, in hex; null when it leaves it open. */
  readonly signedSha256: string | null;
  readonly maxBytes: number;
  readonly now: () => Date;
}

const defaultContentType = 'application/octet-stream';

/** Images of patients: never in a shared cache, and never run as a page of the origin they are served from. */
const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'private, no-store',
};

export async function putObject(exchange: S3Exchange): Promise<void> {
  const { request, response, files } = exchange;
  const announcedBytes = announcedLength(exchange);
  const onlyIfAbsent = request.headers.get('if-none-match') === '*';
  const metadata = await files.withDraft(async (draft) => {
    const written = await receive(exchange, draft, announcedBytes);
    const isPublished = await files.publish(request.bucket, draft, { metadata: written, onlyIfAbsent });
    if (!isPublished) throw new S3Error(412, 'PreconditionFailed');
    return written;
  });
  const sha256 = Buffer.from(metadata.sha256Hex, 'hex').toString('base64');
  response.writeHead(200, { etag: `"${metadata.etag}"`, 'x-amz-checksum-sha256': sha256 }).end();
}

export async function readObject(exchange: S3Exchange): Promise<void> {
  const { request, files } = exchange;
  const object = await files.open(request.bucket, request.key);
  if (!object) throw new S3Error(404, 'NoSuchKey');
  try {
    await send(exchange, object);
  } finally {
    await object.file.close();
  }
}

export async function deleteObject({ request, response, files }: S3Exchange): Promise<void> {
  await files.delete(request.bucket, request.key);
  response.writeHead(204).end();
}

function announcedLength({ request, maxBytes }: S3Exchange): number {
  const { headers } = request;
  if (headers.has('if-match')) throw new S3Error(501, 'NotImplemented', 'If-Match is not supported');
  if (headers.get('content-encoding')?.includes('aws-chunked')) throw new S3Error(501, 'NotImplemented', 'aws-chunked');
  const length = headers.get('content-length');
  if (length === undefined) throw new S3Error(411, 'MissingContentLength');
  if (Number(length) > maxBytes) throw new S3Error(400, 'EntityTooLarge');
  return Number(length);
}

async function receive(
  { message, request, signedSha256, now }: S3Exchange,
  draft: Draft,
  bytes: number,
): Promise<ObjectMetadata> {
  const check = new BodyCheck(request, signedSha256);
  let sizeBytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    check.update(chunk);
    await writeAll(draft.file, chunk);
  }
  if (sizeBytes !== bytes) throw new S3Error(400, 'IncompleteBody');
  const { md5Hex, sha256Hex } = check.finish();
  const contentType = request.headers.get('content-type') ?? defaultContentType;
  return { key: request.key, sizeBytes, contentType, etag: md5Hex, sha256Hex, storedAt: now().toISOString() };
}

async function send({ request, response }: S3Exchange, { metadata, file }: OpenObject): Promise<void> {
  const { sizeBytes } = metadata;
  const range = request.method === 'GET' ? parseRange(request.headers.get('range') ?? '', sizeBytes) : null;
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  response.writeHead(range ? 206 : 200, {
    ...objectHeaders(request, metadata),
    'content-length': end - start + 1,
    ...(range && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
  });
  if (request.method === 'HEAD' || sizeBytes === 0) response.end();
  else await pipeline(file.createReadStream({ start, end, autoClose: false }), response);
}

function objectHeaders({ query }: S3Request, metadata: ObjectMetadata): Record<string, string> {
  const disposition = query.get('response-content-disposition');
  return {
    ...safeHeaders,
    etag: `"${metadata.etag}"`,
    'content-type': headerValue(query.get('response-content-type') ?? metadata.contentType),
    'last-modified': new Date(metadata.storedAt).toUTCString(),
    'accept-ranges': 'bytes',
    ...(disposition !== undefined && { 'content-disposition': headerValue(disposition) }),
  };
}

function headerValue(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new S3Error(400, 'InvalidArgument', 'A response header is ASCII text');
  return text;
}

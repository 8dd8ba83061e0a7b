import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Logger, silentLogger } from '#shared/logging';
import { regionOfKey, type RegionWall } from '#shared/region';
import { ObjectFiles } from './object-files';
import { deleteObject, putObject, readObject, type S3Exchange } from './object-operations';
import { createBucket, headBucket, listObjects } from './bucket-operations';
import { S3Error } from './s3-error';
import { parseRequest, type S3Request } from './s3-request';
import { type S3Credentials, verifySignature } from './signature';
import { stampFolder } from './stamp-folder';

export interface S3SubsetOptions {
  /** Owned by this process alone. */
  readonly directory: string;
  readonly credentials: S3Credentials;
  readonly region: string;
  /** Whose objects it keeps; the folder is stamped with it. */
  readonly wall: RegionWall;
  /** Largest object. */
  readonly maxBytes: number;
  /** Path prefix it is mounted under, e.g. `/objects`; requests must still carry it, for it is signed. */
  readonly basePath?: string;
  readonly log?: Logger;
  readonly now?: () => Date;
}

/**
 * The part of S3 the platform uses, over a folder: PUT, GET (with Range), HEAD and DELETE of objects; create, head and
 * list of buckets (path style). Signatures are checked as S3 does; what is not supported is refused, never ignored. An
 * address of another region's object is answered with where to go.
 * @throws {RegionMismatchError} when the folder is another region's
 */
export function createS3Subset(options: S3SubsetOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { basePath = '', credentials, region, maxBytes, now = () => new Date(), log = silentLogger } = options;
  const { wall } = options;
  stampFolder(options.directory, wall.region);
  const files = new ObjectFiles(options.directory);
  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = parseRequest(message, basePath);
    assertOwnKey(request, wall);
    const signedSha256 = verifySignature(request, { credentials, region, now });
    assertSupported(request);
    await route({ message, response, request, files, signedSha256, maxBytes, now });
  };
  return (message, response) => {
    answer(message, response).catch((error: unknown) => {
      if (!(error instanceof S3Error) && !isHangUp(error)) log.error({ err: error }, 'The object store failed');
      refuse(message, response, error instanceof S3Error ? error : new S3Error(500, 'InternalError'));
    });
  };
}

const objectOperations: Record<string, Operation> = {
  PUT: putObject,
  GET: readObject,
  HEAD: readObject,
  DELETE: deleteObject,
};
const bucketOperations: Record<string, Operation> = { PUT: createBucket, GET: listObjects, HEAD: headBucket };

type Operation = (exchange: S3Exchange) => Promise<void>;

async function route(exchange: S3Exchange): Promise<void> {
  const { request, files } = exchange;
  const operation = (request.key === '' ? bucketOperations : objectOperations)[request.method];
  if (!operation) throw new S3Error(405, 'MethodNotAllowed');
  if (operation !== createBucket && !(await files.hasBucket(request.bucket))) throw new S3Error(404, 'NoSuchBucket');
  await operation(exchange);
}

const supportedHeaders = new Set([
  ...['x-amz-date', 'x-amz-content-sha256', 'x-amz-user-agent', 'x-amz-sdk-checksum-algorithm', 'x-amz-checksum-mode'],
  ...['x-amz-checksum-sha256', 'x-amz-checksum-crc32'],
]);

const supportedQuery = new Set([
  ...['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders', 'X-Amz-Signature'],
  ...['X-Amz-Content-Sha256', 'x-id', 'x-amz-sdk-checksum-algorithm', 'x-amz-checksum-mode', 'x-amz-checksum-sha256'],
  ...['x-amz-checksum-crc32', 'response-content-type', 'response-content-disposition'],
  ...['list-type', 'prefix', 'max-keys', 'continuation-token'],
]);

/** Before the signature: that one was made by the other region's store, whose secret is not here. */
function assertOwnKey({ key }: S3Request, wall: RegionWall): void {
  const region = regionOfKey(key);
  if (region === null || region === wall.region) return;
  const endpoint = wall.urlOf(region);
  const details = { Region: region, ...(endpoint !== null && { Endpoint: endpoint }) };
  throw new S3Error(403, 'WrongRegion', wall.refusalFor(region).message, details);
}

/** Encryption, copying, tagging, multipart …: a caller who asks for one must not believe to have got it. */
function assertSupported({ headers, query }: S3Request): void {
  const unknown = [
    ...[...headers.keys()].filter((name) => name.startsWith('x-amz-') && !supportedHeaders.has(name)),
    ...[...query.keys()].filter((name) => !supportedQuery.has(name)),
  ];
  if (unknown.length > 0) throw new S3Error(501, 'NotImplemented', `Not supported: ${unknown.join(', ')}`);
}

/** The client has gone in the middle of its upload or download: nobody's fault here. */
function isHangUp(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function refuse(message: IncomingMessage, response: ServerResponse, error: S3Error): void {
  if (response.headersSent) {
    response.destroy(); // half an object has gone out: only a cut connection says that it is not whole
    return;
  }
  // The body is still coming: read on without keeping it, so that the client gets to see the answer, then hang up.
  message.resume();
  const body = message.method === 'HEAD' ? '' : error.toXml();
  const headers = { 'content-type': 'application/xml', 'x-content-type-options': 'nosniff', connection: 'close' };
  response.writeHead(error.status, headers).end(body);
}

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { DomainError, NotFoundError } from '#shared/errors';
import { keyPrefixOf, type Region } from '#shared/region';
import { BucketStamp } from './bucket-stamp';
import {
  type DownloadOptions,
  type ObjectHead,
  type ObjectStore,
  type PresignedRequest,
  type UploadAnnouncement,
} from './object-store';

export interface ObjectStoreOptions {
  /** Address of the store; a path in it (`http://host/objects`) is kept. */
  readonly endpoint: string;
  readonly region: string;
  /** Whose data it keeps: the bucket must be stamped with it, and every key begins with it. */
  readonly residency: Region;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The bucket in the path, not in the host name: all stores but S3 itself want it. */
  readonly forcePathStyle: boolean;
  readonly now?: () => Date;
}

const defaultMaxBytes = 25_000_000;
const maxExpirySeconds = 3_600;

/** The one adapter, in every mode: what differs is the address. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  return new S3ObjectStore(options);
}

class S3ObjectStore implements ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly prefix: string;
  private readonly stamp: BucketStamp;
  private readonly now: () => Date;

  constructor(options: ObjectStoreOptions) {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey, forcePathStyle, now = () => new Date() } = options;
    this.bucket = bucket;
    this.prefix = keyPrefixOf(options.residency);
    this.now = now;
    this.client = new S3Client({
      ...{ endpoint, region, forcePathStyle, credentials: { accessKeyId, secretAccessKey } },
      // By default the SDK adds the CRC32 of an empty body to presigned PUTs.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // Idle for 30 s is dead: the SDK would wait for ever.
      requestHandler: { connectionTimeout: 2_000, socketTimeout: 30_000 },
    });
    this.stamp = new BucketStamp(this.client, bucket, options.residency);
  }

  async ensureBucket(): Promise<void> {
    const { bucket } = this;
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.client.send(new CreateBucketCommand({ Bucket: bucket })).catch((failure: unknown) => {
        // Another process made it in between.
        if (!(failure instanceof S3ServiceException && failure.name === 'BucketAlreadyOwnedByYou')) throw failure;
      });
    }
    await this.stamp.assert();
  }

  async put(key: string, bytes: Uint8Array, { contentType }: { contentType: string }): Promise<void> {
    await this.stamp.assert();
    await this.client.send(
      new PutObjectCommand({ ...this.at(key), Body: bytes, ContentLength: bytes.byteLength, ContentType: contentType }),
    );
  }

  async putIfAbsent(
    key: string,
    bytes: Uint8Array,
    { contentType, retainUntil }: { contentType: string; retainUntil?: Date },
  ): Promise<boolean> {
    const lock = retainUntil && ({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: retainUntil } as const);
    const object = { Body: bytes, ContentLength: bytes.byteLength, ContentType: contentType, ...lock };
    try {
      await this.client.send(new PutObjectCommand({ ...this.at(key), ...object, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return false;
      throw error;
    }
  }

  async get(key: string, { maxBytes = defaultMaxBytes }: { maxBytes?: number } = {}): Promise<Buffer> {
    await this.stamp.assert();
    const abort = new AbortController();
    try {
      const { Body, ContentLength } = await this.client.send(new GetObjectCommand(this.at(key)), {
        abortSignal: abort.signal,
      });
      return await readAll(Body as AsyncIterable<Buffer> | undefined, { announced: ContentLength ?? 0, maxBytes });
    } catch (error) {
      if (isMissing(error)) throw new NotFoundError('object');
      throw error;
    } finally {
      abort.abort(); // lets go of the connection when the body was not read to its end
    }
  }

  async head(key: string): Promise<ObjectHead | null> {
    await this.stamp.assert();
    try {
      const {
        ContentLength = 0,
        ContentType = '',
        ETag = '',
      } = await this.client.send(new HeadObjectCommand(this.at(key)));
      return { sizeBytes: ContentLength, contentType: ContentType, etag: ETag };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.stamp.assert();
    await this.client.send(new DeleteObjectCommand(this.at(key)));
  }

  presignPut(key: string, upload: UploadAnnouncement): Promise<PresignedRequest> {
    const { contentType, contentLength, sha256Hex, expiresInSeconds } = upload;
    const sha256 = Buffer.from(sha256Hex, 'hex').toString('base64');
    const command = new PutObjectCommand({
      ...{ ...this.at(key), ContentType: contentType, ContentLength: contentLength, ChecksumSHA256: sha256 },
    });
    const headers = {
      'content-type': contentType,
      'content-length': String(contentLength),
      'x-amz-checksum-sha256': sha256,
    };
    return this.presign({ command, method: 'PUT', headers, expiresInSeconds });
  }

  presignGet(key: string, download: DownloadOptions): Promise<PresignedRequest> {
    const { expiresInSeconds, responseContentType, contentDisposition } = download;
    const command = new GetObjectCommand({
      ...this.at(key),
      ...(responseContentType !== undefined && { ResponseContentType: responseContentType }),
      ...(contentDisposition !== undefined && { ResponseContentDisposition: contentDisposition }),
    });
    return this.presign({ command, method: 'GET', headers: {}, expiresInSeconds });
  }

  close(): void {
    this.client.destroy();
  }

  private async presign({ command, method, headers, expiresInSeconds }: Presigning): Promise<PresignedRequest> {
    if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > maxExpirySeconds) {
      throw new RangeError(`A presigned request lasts from 1 to ${maxExpirySeconds} seconds`);
    }
    await this.stamp.assert();
    const signingDate = this.now();
    const signed = Object.keys(headers);
    const url = await getSignedUrl(this.client, command, {
      signingDate,
      expiresIn: expiresInSeconds,
      // As headers, not as query parameters, and signed: so the store compares them with what really comes.
      unhoistableHeaders: new Set(signed),
      signableHeaders: new Set(['host', ...signed]),
    });
    return { url, method, headers, expiresAt: new Date(signingDate.getTime() + expiresInSeconds * 1_000) };
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: this.prefix + key };
  }
}

interface Presigning {
  readonly command: PutObjectCommand | GetObjectCommand;
  readonly method: 'GET' | 'PUT';
  readonly headers: Record<string, string>;
  readonly expiresInSeconds: number;
}

async function readAll(
  body: AsyncIterable<Buffer> | undefined,
  { announced, maxBytes }: { announced: number; maxBytes: number },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  if (announced > maxBytes) throw tooLarge(maxBytes);
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): DomainError {
  return new DomainError('UPLOAD_TOO_LARGE', `The stored object is larger than ${maxBytes} bytes`);
}

/** HEAD answers have no body and so no code: the status must do. */
function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket';
}

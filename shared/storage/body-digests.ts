import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error';
import { type S3Request } from './s3-request';

export interface BodyDigests {
  readonly md5Hex: string;
  readonly sha256Hex: string;
}

/** Digests a body as it comes, and holds it against everything the request says of it. */
export class BodyCheck {
  private readonly md5 = createHash('md5');
  private readonly sha256 = createHash('sha256');
  private crc = 0;

  constructor(
    private readonly request: S3Request,
    private readonly signedSha256: string | null,
  ) {}

  update(chunk: Buffer): void {
    this.md5.update(chunk);
    this.sha256.update(chunk);
    this.crc = crc32(chunk, this.crc);
  }

  /** @throws {S3Error} when the body is not the announced one */
  finish(): BodyDigests {
    const md5 = this.md5.digest();
    const sha256 = this.sha256.digest();
    const crcBytes = Buffer.alloc(4);
    crcBytes.writeUInt32BE(this.crc);
    if (this.signedSha256 !== null && this.signedSha256 !== sha256.toString('hex')) {
      throw new S3Error(400, 'XAmzContentSHA256Mismatch');
    }
    this.compare('x-amz-checksum-sha256', sha256);
    this.compare('x-amz-checksum-crc32', crcBytes);
    this.compare('content-md5', md5);
    return { md5Hex: md5.toString('hex'), sha256Hex: sha256.toString('hex') };
  }

  private compare(name: string, digest: Buffer): void {
    const { headers, query } = this.request;
    for (const announced of [headers.get(name), query.get(name)]) {
      if (announced !== undefined && announced !== digest.toString('base64')) {
        throw new S3Error(400, 'BadDigest', `The ${name} you specified did not match what was received`);
      }
    }
  }
}

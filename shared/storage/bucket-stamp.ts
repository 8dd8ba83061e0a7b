import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type Region, RegionMismatchError } from '#shared/region';

/** Says whose bucket it is. Outside every region's prefix, for whoever looks does not know yet which one there is. */
const stampKey = 'deployment-region';

/** Which region's data a bucket keeps, as an object in it says. */
export class BucketStamp {
  private checked: Promise<void> | null = null;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly region: Region,
  ) {}

  /**
   * To be awaited before anything is read from or written to the bucket; it asks once, and again after a failure.
   * An empty bucket is stamped.
   * @throws {RegionMismatchError} when it is another region's, or holds objects and does not say whose they are
   */
  assert(): Promise<void> {
    this.checked ??= this.check().catch((error: unknown) => {
      this.checked = null;
      throw error;
    });
    return this.checked;
  }

  private async check(): Promise<void> {
    const found = (await this.read()) ?? (await this.stamp());
    if (found !== this.region) {
      throw new RegionMismatchError({ kind: 'bucket', name: this.bucket, found, wanted: this.region });
    }
  }

  private async read(): Promise<string | null> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: stampKey }));
      return (await Body?.transformToString())?.trim() ?? '';
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null;
      throw error;
    }
  }

  /** @returns whose it is now; null when it was not empty */
  private async stamp(): Promise<string | null> {
    const { bucket: Bucket, region } = this;
    const { KeyCount = 0 } = await this.client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    if (KeyCount > 0) return this.read(); // somebody has stamped it just now, or nobody ever has
    const stamp = { Bucket, Key: stampKey, Body: region, ContentType: 'text/plain', IfNoneMatch: '*' };
    try {
      await this.client.send(new PutObjectCommand(stamp));
      return region;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return this.read();
      throw error;
    }
  }
}

import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { imageFormats, type ImageContentType, maxImagePixels, minImageEdge, type RejectionReason } from './image.codes';
import { type ImageQuality } from './image.entity';
import { measureQuality } from './image-quality';

/** What the ticket promised. */
export interface AnnouncedImage {
  readonly contentType: ImageContentType;
  readonly byteSize: number;
  readonly sha256: string;
}

/** The picture as it is kept: upright, and without the metadata (place, device, time) it came with. */
export interface CleanImage {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly byteSize: number;
  readonly width: number;
  readonly height: number;
  readonly quality: ImageQuality;
}

export type Inspection =
  | { readonly status: 'clean'; readonly image: CleanImage }
  | { readonly status: 'rejected'; readonly reason: RejectionReason };

const signatures: Readonly<Record<ImageContentType, (bytes: Buffer) => boolean>> = {
  'image/jpeg': (bytes) => bytes.subarray(0, 3).toString('hex') === 'ffd8ff',
  'image/png': (bytes) => bytes.subarray(0, 8).toString('hex') === '89504e470d0a1a0a',
  'image/webp': (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
};

/** Holds uploaded bytes against their announcement and makes the clean copy. Seconds of work for a large picture. */
export async function inspectImage(bytes: Buffer, announced: AnnouncedImage): Promise<Inspection> {
  if (bytes.length !== announced.byteSize) return rejected('SIZE_MISMATCH');
  if (sha256Of(bytes) !== announced.sha256) return rejected('HASH_MISMATCH');
  if (!signatures[announced.contentType](bytes)) return rejected('CONTENT_TYPE_MISMATCH');
  const header = await readHeader(bytes);
  if (!header) return rejected('UNDECODABLE');
  if (header.format !== imageFormats[announced.contentType]) return rejected('CONTENT_TYPE_MISMATCH');
  // Before anything is decoded: a few kilobytes can unfold to gigabytes.
  if (header.width * header.height > maxImagePixels) return rejected('TOO_MANY_PIXELS');
  if (Math.min(header.width, header.height) < minImageEdge) return rejected('TOO_SMALL');
  const image = await clean(bytes, announced.contentType);
  return image ? { status: 'clean', image } : rejected('UNDECODABLE');
}

interface Header {
  readonly format: string;
  readonly width: number;
  readonly height: number;
}

async function readHeader(bytes: Buffer): Promise<Header | null> {
  try {
    const { format, width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { format, width, height };
  } catch {
    return null; // bytes that are no picture are the caller's mistake, and have a code of their own
  }
}

async function clean(bytes: Buffer, contentType: ImageContentType): Promise<CleanImage | null> {
  try {
    const upright = sharp(bytes, { limitInputPixels: maxImagePixels, failOn: 'error' }).rotate();
    const { data, info } = await upright
      .toFormat(imageFormats[contentType], contentType === 'image/png' ? {} : { quality: 95 })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    return {
      bytes: data,
      sha256: sha256Of(data),
      byteSize: data.length,
      width,
      height,
      quality: await measureQuality(data),
    };
  } catch {
    return null; // truncated or malformed: a picture nobody can show
  }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function rejected(reason: RejectionReason): Inspection {
  return { status: 'rejected', reason };
}

import { createHash } from 'node:crypto';
import { AssessmentError, type SubmittedImage } from './contract';

const maxBytes = 50_000_000;
const timeoutMs = 15_000;

/** @throws {AssessmentError} when the bytes cannot be had, are too many, or are not those that were announced. */
export async function fetchImage(image: SubmittedImage, signal: AbortSignal): Promise<Buffer> {
  const bytes = await download(image, signal);
  if (createHash('sha256').update(bytes).digest('hex') === image.sha256) return bytes;
  throw new AssessmentError('IMAGE_HASH_MISMATCH', `Image ${image.id} is not the one that was announced`);
}

async function download({ id, url }: SubmittedImage, signal: AbortSignal): Promise<Buffer> {
  try {
    // A presigned URL answers itself; following a redirect would let it point anywhere.
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    return await collect(response.body, id);
  } catch (cause) {
    if (cause instanceof AssessmentError) throw cause;
    throw new AssessmentError('IMAGE_UNREACHABLE', `Image ${id} could not be fetched`, { cause });
  }
}

async function collect(body: AsyncIterable<Uint8Array>, id: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new AssessmentError('IMAGE_TOO_LARGE', `Image ${id} is larger than images may be`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

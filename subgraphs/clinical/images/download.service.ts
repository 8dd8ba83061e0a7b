import { InputError } from '#shared/errors';
import { type SignedUrl } from '#shared/graphql';
import { type ObjectStore } from '#shared/storage';
import { type Image } from './image.entity';

const longestSeconds = 3600;

/** Null until there is something to download. @throws {InputError} for a time out of bounds. */
export function signDownload(storage: ObjectStore, image: Image, expiresInSeconds: number): Promise<SignedUrl> | null {
  if (expiresInSeconds < 1 || expiresInSeconds > longestSeconds) {
    throw new InputError(`expiresInSeconds is a number from 1 to ${String(longestSeconds)}`, ['expiresInSeconds']);
  }
  const { status, sha256, contentType } = image;
  if (status !== 'VERIFIED' || sha256 === null) return null;
  return sign(storage, image.objectKey(sha256), { expiresInSeconds, responseContentType: contentType });
}

async function sign(
  storage: ObjectStore,
  key: string,
  terms: { expiresInSeconds: number; responseContentType: string },
): Promise<SignedUrl> {
  const { url, method, expiresAt } = await storage.presignGet(key, terms);
  return { url, method, headers: null, expiresAt };
}

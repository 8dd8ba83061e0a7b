import { enumOf } from '#shared/graphql';

export const imageKinds = [
  'OVERVIEW',
  'MACRO',
  'DERMOSCOPIC',
  'POLARISED',
  'CLINICAL_PHOTO',
  'HISTOLOGY_SCAN',
] as const;
export type ImageKind = (typeof imageKinds)[number];
export const ImageKindEnum = enumOf('ImageKind', imageKinds);

export const uploadStatuses = ['REQUESTED', 'VERIFIED', 'REJECTED', 'EXPIRED'] as const;
export type UploadStatus = (typeof uploadStatuses)[number];
export const UploadStatusEnum = enumOf('UploadStatus', uploadStatuses);

/** Why uploaded bytes were not taken. Stable: it is stored and published. */
export type RejectionReason =
  'SIZE_MISMATCH' | 'HASH_MISMATCH' | 'CONTENT_TYPE_MISMATCH' | 'UNDECODABLE' | 'TOO_MANY_PIXELS' | 'TOO_SMALL';

/** sharp's name of each format that is accepted. */
export const imageFormats = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/webp': 'webp' } as const;
export type ImageContentType = keyof typeof imageFormats;

export function isImageContentType(contentType: string): contentType is ImageContentType {
  return Object.hasOwn(imageFormats, contentType);
}

export const maxImageBytes = 20_000_000;
/** 60 megapixels: above any camera in use, below what a decompression bomb needs. */
export const maxImagePixels = 60_000_000;
export const minImageEdge = 64;
export const ticketSeconds = 300;

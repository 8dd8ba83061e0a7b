import { type UnitOfWork } from '#shared/database';
import { ConflictError, DomainError, InputError } from '#shared/errors';
import { type SignedUrl } from '#shared/graphql';
import { newId } from '#shared/ids';
import { type ObjectStore } from '#shared/storage';
import { announcement } from '../cases/case-events';
import { Case } from '../cases/case.entity';
import { SkinFinding } from '../findings/finding.entity';
import { noteInTimeline } from '../timeline/timeline.service';
import { type ImageContentType, isImageContentType, maxImageBytes, ticketSeconds } from './image.codes';
import { Image } from './image.entity';
import { UploadTicket } from './upload-ticket.entity';
import { type RequestUploadInput } from './upload.types';

const sha256Pattern = /^[0-9a-f]{64}$/;

/**
 * Promises a place for one picture. Nothing is uploaded yet.
 * @throws {DomainError} CONTENT_TYPE_NOT_ALLOWED; UPLOAD_TOO_LARGE; BAD_USER_INPUT; NOT_FOUND; CONFLICT.
 */
export async function requestUpload(unit: UnitOfWork, input: RequestUploadInput): Promise<UploadTicket> {
  const file = parseFile(input);
  const once = { operation: 'requestUpload', key: input.idempotencyKey, request: input };
  return unit.once(UploadTicket, once, async (tx) => {
    const skinCase = await tx.get(Case, input.caseId);
    skinCase.assertOpenForEvidence();
    const image = await tx.create(Image, await newImage(tx, skinCase, { input, contentType: file.contentType }));
    const { id: imageId, patientId, kind, findingId } = image;
    const expiresAt = new Date(tx.at.getTime() + ticketSeconds * 1000);
    const ticket = { id: newId('tkt'), imageId, patientId, ...file, expiresAt, sweptAt: null };
    await noteInTimeline(tx, skinCase, { type: 'IMAGE_REQUESTED', to: kind });
    await tx.publish('clinical.image.requested', announcement(skinCase, { imageId, kind, findingId }, imageId));
    return tx.create(UploadTicket, ticket);
  });
}

/** @throws {DomainError} CONFLICT once the ticket has expired. */
export async function signUpload(
  storage: ObjectStore,
  ticket: UploadTicket,
  at: Date,
): Promise<SignedUrl & { headers: Record<string, string> }> {
  const expiresInSeconds = Math.ceil((ticket.expiresAt.getTime() - at.getTime()) / 1000);
  if (expiresInSeconds <= 0) throw new ConflictError('This upload ticket has expired: ask for a new one');
  const { contentType, byteSize: contentLength, sha256: sha256Hex } = ticket;
  const terms = { contentType, contentLength, sha256Hex, expiresInSeconds };
  const { url, method, headers, expiresAt } = await storage.presignPut(ticket.uploadKey(), terms);
  return { url, method, headers: { ...headers }, expiresAt };
}

interface AnnouncedFile {
  readonly contentType: ImageContentType;
  readonly byteSize: number;
  readonly sha256: string;
}

function parseFile({ contentType, byteSize, sha256 }: RequestUploadInput): AnnouncedFile {
  if (!isImageContentType(contentType)) {
    throw new DomainError('CONTENT_TYPE_NOT_ALLOWED', 'Pictures are image/jpeg, image/png or image/webp', {
      path: ['input', 'contentType'],
    });
  }
  if (byteSize > maxImageBytes) {
    throw new DomainError('UPLOAD_TOO_LARGE', `A picture has at most ${String(maxImageBytes)} bytes`, {
      path: ['input', 'byteSize'],
    });
  }
  if (byteSize < 1) throw new InputError('byteSize is at least 1', ['input', 'byteSize']);
  const hash = sha256.toLowerCase();
  if (!sha256Pattern.test(hash)) throw new InputError('sha256 is 64 hexadecimal digits', ['input', 'sha256']);
  return { contentType, byteSize, sha256: hash };
}

async function newImage(
  tx: UnitOfWork,
  { id: caseId, patientId }: Case,
  { input, contentType }: { input: RequestUploadInput; contentType: ImageContentType },
): Promise<Parameters<typeof tx.create<Image>>[1]> {
  const { findingId = null, imageKind: kind, fileName = null } = input;
  if (findingId !== null && (await tx.get(SkinFinding, findingId)).caseId !== caseId) {
    throw new InputError('This finding belongs to another case', ['input', 'findingId']);
  }
  return {
    ...{ id: newId('img'), caseId, patientId, findingId, kind, status: 'REQUESTED', contentType },
    fileName: fileName === null ? null : fileName.slice(0, 255),
    ...{ byteSize: null, sha256: null, width: null, height: null, quality: null, rejectionReason: null },
  };
}

import { type UnitOfWork, retryStale } from '#shared/database';
import { ConflictError, DomainError, unreachable } from '#shared/errors';
import { type ObjectStore } from '#shared/storage';
import { announcement } from '../cases/case-events';
import { Case } from '../cases/case.entity';
import { moveCase } from '../cases/case.service';
import { noteInTimeline } from '../timeline/timeline.service';
import { hasImageOfEveryFinding } from './completeness';
import { Image } from './image.entity';
import { inspectImage, type Inspection } from './inspect-image';
import { UploadTicket } from './upload-ticket.entity';

/**
 * Checks what was uploaded and keeps a clean copy. Safe to repeat: the first outcome stands.
 * The slow part runs outside any transaction; the outcome, a rejection too, is stored before the caller hears of it.
 * @throws {DomainError} UPLOAD_INVALID when the bytes are refused; CONFLICT when there are none yet; NOT_FOUND.
 */
export async function completeUpload(
  { unit, storage }: { unit: UnitOfWork; storage: ObjectStore },
  ticketId: string,
): Promise<Image> {
  const ticket = await unit.get(UploadTicket, ticketId);
  const image = await unit.get(Image, ticket.imageId);
  if (image.status !== 'REQUESTED') return outcomeOf(image);
  (await unit.get(Case, image.caseId)).assertNotCancelled();
  const inspection = await inspectUpload(storage, ticket);
  if (!inspection) return outcomeOf(await unit.get(Image, image.id));
  if (inspection.status === 'clean') {
    const { bytes, sha256 } = inspection.image;
    await storage.put(image.objectKey(sha256), bytes, { contentType: image.contentType });
  }
  const settled = await retryStale(() => unit.transaction((tx) => settle(tx, image.id, inspection)));
  await storage.delete(ticket.uploadKey());
  return outcomeOf(settled);
}

/** Null when nothing lies there: not uploaded yet, or a request at the same time has settled it. */
async function inspectUpload(storage: ObjectStore, ticket: UploadTicket): Promise<Inspection | null> {
  const head = await storage.head(ticket.uploadKey());
  if (!head) return null;
  if (head.sizeBytes !== ticket.byteSize) return { status: 'rejected', reason: 'SIZE_MISMATCH' };
  try {
    return await inspectImage(await storage.get(ticket.uploadKey(), { maxBytes: ticket.byteSize }), ticket);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** Of two that settle the same upload at once, the first to commit wins and the other answers its outcome. */
async function settle(tx: UnitOfWork, imageId: string, inspection: Inspection): Promise<Image> {
  const image = await tx.get(Image, imageId);
  if (image.status !== 'REQUESTED') return image;
  const skinCase = await tx.get(Case, image.caseId);
  const { kind, findingId } = image;
  if (inspection.status === 'rejected') {
    const { reason } = inspection;
    image.reject(reason);
    await tx.save(image);
    await noteInTimeline(tx, skinCase, { type: 'IMAGE_REJECTED', from: kind, to: reason });
    await tx.publish('clinical.image.rejected', announcement(skinCase, { imageId, kind, reason }, imageId));
    return image;
  }
  image.verify(inspection.image);
  await tx.save(image);
  await noteInTimeline(tx, skinCase, { type: 'IMAGE_VERIFIED', to: kind });
  await tx.publish('clinical.image.verified', announcement(skinCase, { imageId, kind, findingId }, imageId));
  await countImage(tx, skinCase);
  return image;
}

async function countImage(tx: UnitOfWork, skinCase: Case): Promise<void> {
  skinCase.verifiedImageCount += 1;
  if (skinCase.status !== 'AWAITING_IMAGES' || !(await hasImageOfEveryFinding(tx, skinCase.id))) {
    await tx.save(skinCase);
    return;
  }
  await moveCase(tx, skinCase, 'COMPLETE_IMAGES');
  await tx.publish('clinical.case.ready', announcement(skinCase, {}));
}

function outcomeOf(image: Image): Image {
  const { status, rejectionReason } = image;
  switch (status) {
    case 'VERIFIED':
      return image;
    case 'REJECTED':
      throw new DomainError('UPLOAD_INVALID', `The uploaded bytes were refused: ${String(rejectionReason)}`, {
        details: { reason: rejectionReason },
      });
    case 'REQUESTED':
      throw new ConflictError('Nothing has been uploaded for this ticket yet');
    case 'EXPIRED':
      throw new ConflictError('This upload ticket has expired: ask for a new one');
    default:
      return unreachable(status);
  }
}

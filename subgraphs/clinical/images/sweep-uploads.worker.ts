import { IsNull, LessThan } from 'typeorm';
import { type UnitOfWork, retryStale } from '#shared/database';
import { type ObjectStore } from '#shared/storage';
import { type Worker } from '#shared/subgraph';
import { type ClinicalPorts } from '../ports';
import { Image } from './image.entity';
import { UploadTicket } from './upload-ticket.entity';

const batchSize = 50;

/**
 * Removes what was uploaded once its ticket cannot be used any more: originals carry the metadata the clean copies lack.
 * Expires images that never came. Every step may be repeated, so two of these at once or a kill between them do no harm.
 */
export const sweepUploads: Worker<ClinicalPorts> = {
  name: 'sweep-uploads',
  pollMs: 30_000,
  async run({ system, ports, at, log, stopping }) {
    const expiresAt = LessThan(new Date(at.getTime() - ports.config.uploadGraceSeconds * 1000));
    const due = await system.source.getRepository(UploadTicket).find({
      where: { sweptAt: IsNull(), expiresAt },
      take: batchSize,
    });
    let swept = 0;
    for (const ticket of due) {
      if (stopping()) break;
      try {
        await sweep(system.unitFor(ticket, at), ports.storage, ticket);
        swept += 1;
      } catch (err) {
        log.warn({ err, ticketId: ticket.id }, 'An upload could not be swept; it is tried again');
      }
    }
    return swept;
  },
};

async function sweep(unit: UnitOfWork, storage: ObjectStore, ticket: UploadTicket): Promise<void> {
  await retryStale(() =>
    unit.transaction(async (tx) => {
      const image = await tx.get(Image, ticket.imageId);
      if (image.status !== 'REQUESTED') return;
      image.status = 'EXPIRED';
      await tx.save(image);
    }),
  );
  await storage.delete(ticket.uploadKey());
  await unit.updateWhere(UploadTicket, { id: ticket.id }, { sweptAt: unit.at });
}

import { type EntityManager } from 'typeorm';
import { appendAudit } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { auditRecord } from './audit-record';
import { subjectOf } from './encrypted';
import { type TenantEntity } from './tenant-entity';

interface Note {
  readonly action: string;
  readonly resourceType: string;
  readonly patientId: string;
  readonly ids: Set<string>;
}

/** Which notes have been written, and how far. */
export type WrittenNotes = ReadonlyMap<Note, number>;

/** Whose records one piece of work has read. Written as one audit row per kind of access and patient when it ends. */
export class AccessNotes {
  private readonly notes = new Map<string, Note>();

  /** Notes a row as read, or as the object of a more telling act (`image.download`). */
  add(resourceType: string, row: TenantEntity, action = `${resourceType}.read`): void {
    const patientId = subjectOf(row);
    if (patientId === null) return;
    const key = `${action}|${patientId}`;
    const note = this.notes.get(key) ?? { action, resourceType, patientId, ids: new Set<string>() };
    note.ids.add(row.id);
    this.notes.set(key, note);
  }

  get isEmpty(): boolean {
    return this.notes.size === 0;
  }

  /** Stores the notes. They are kept until `forget`: a transaction may be rolled back, and may be run again. */
  async write(manager: EntityManager, actor: Actor, at: Date): Promise<WrittenNotes> {
    const notes = [...this.notes.values()];
    const records = notes.map(({ action, resourceType, patientId, ids }) => {
      const [onlyId = patientId] = ids.size === 1 ? ids : [patientId];
      return auditRecord(actor, at, { category: 'READ', action, resourceType, resourceId: onlyId, patientId });
    });
    if (records.length > 0) await appendAudit(manager, ...records);
    return new Map(notes.map((note) => [note, note.ids.size]));
  }

  /** Drops what has been stored for good, except for notes that have grown since. */
  forget(written: WrittenNotes): void {
    for (const [key, note] of this.notes) if (written.get(note) === note.ids.size) this.notes.delete(key);
  }
}

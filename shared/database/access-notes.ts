import { type EntityManager } from 'typeorm';
import { appendAudit } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { auditRecord } from './audit-record';
import { subjectOf } from './encrypted';
import { type TenantEntity } from './tenant-entity';

/** Whose records one request has read. Written as one audit row per kind of record and patient when it ends. */
export class AccessNotes {
  private readonly seen = new Map<string, { resourceType: string; patientId: string; ids: Set<string> }>();

  add(resourceType: string, row: TenantEntity): void {
    const patientId = subjectOf(row);
    if (patientId === null) return;
    const key = `${resourceType}|${patientId}`;
    const note = this.seen.get(key) ?? { resourceType, patientId, ids: new Set<string>() };
    note.ids.add(row.id);
    this.seen.set(key, note);
  }

  get isEmpty(): boolean {
    return this.seen.size === 0;
  }

  /** Stores the notes and forgets them. */
  async flush(manager: EntityManager, actor: Actor, at: Date): Promise<void> {
    const notes = [...this.seen.values()];
    this.seen.clear();
    const records = notes.map(({ resourceType, patientId, ids }) => {
      const [onlyId = patientId] = ids.size === 1 ? ids : [patientId];
      const what = { category: 'READ', action: `${resourceType}.read`, resourceType, resourceId: onlyId } as const;
      return auditRecord(actor, at, { ...what, patientId });
    });
    await appendAudit(manager, ...records);
  }
}

import { type AuditRecord } from '#shared/audit';
import { type AuditGround, auditRecord, type ReliedConsent } from './audit-record';
import { subjectOf } from './encrypted';
import { type TenantEntity } from './tenant-entity';

interface Note {
  readonly action: string;
  readonly resourceType: string;
  readonly patientId: string;
  readonly ids: Set<string>;
}

/** Something that was asked for and refused. */
export interface Refusal extends Pick<AuditRecord, 'action' | 'resourceType' | 'resourceId' | 'patientId'> {
  /** A code. */
  readonly reason: string;
}

/** Which notes have been written, and how far. */
export interface WrittenNotes {
  readonly reads: ReadonlyMap<Note, number>;
  readonly refusals: readonly Refusal[];
}

export interface AccessNotesOptions {
  /** The consents that the request relies on, by person. */
  readonly consents?: ReadonlyMap<string, ReliedConsent> | undefined;
  /** False for work that names no record by somebody's wish: what a live event is about is not asked for by its viewers. */
  readonly notesRefusals?: boolean;
}

/**
 * Whose records one piece of work has read, and what it was refused. Written as one audit row per kind of access and
 * patient when it ends.
 */
export class AccessNotes {
  private readonly notes = new Map<string, Note>();
  private readonly refusals = new Map<string, Refusal>();
  readonly consents: AccessNotesOptions['consents'];
  readonly notesRefusals: boolean;

  constructor({ consents, notesRefusals = true }: AccessNotesOptions = {}) {
    this.consents = consents;
    this.notesRefusals = notesRefusals;
  }

  /** Notes a row as read, or as the object of a more telling act (`image.download`). */
  add(resourceType: string, row: TenantEntity, action = `${resourceType}.read`): void {
    const patientId = subjectOf(row);
    if (patientId === null) return;
    const key = `${action}|${patientId}`;
    const known = this.notes.get(key);
    if (known) known.ids.add(row.id);
    else this.notes.set(key, { action, resourceType, patientId, ids: new Set([row.id]) });
  }

  /** Notes what was asked for and refused; asked for again, it is the same refusal. */
  refuse(refusal: Refusal): void {
    const key = `${refusal.action}|${refusal.resourceType}|${refusal.resourceId}`;
    if (this.notesRefusals && !this.refusals.has(key)) this.refusals.set(key, refusal);
  }

  get isEmpty(): boolean {
    return this.notes.size === 0 && this.refusals.size === 0;
  }

  /** The one person whose records were read, if there is one. */
  get onlyPatientId(): string | null {
    const [patientId = null, ...others] = new Set([...this.notes.values()].map((note) => note.patientId));
    return others.length === 0 ? patientId : null;
  }

  /** What is to be stored. It is kept until `forget`: a transaction may be rolled back, and may be run again. */
  records(ground: AuditGround): AuditRecord[] {
    const complete = { ...ground, consents: this.consents };
    const reads = [...this.notes.values()].map(({ action, resourceType, patientId, ids }) => {
      const [onlyId = patientId] = ids.size === 1 ? ids : [patientId];
      const of = { resourceType, resourceId: onlyId, resourceCount: ids.size, patientId };
      return auditRecord(complete, { category: 'READ', action, ...of });
    });
    const refused = [...this.refusals.values()].map((refusal) =>
      auditRecord(complete, { category: 'AUTHORIZATION', outcome: 'DENIED', ...refusal }),
    );
    return [...reads, ...refused];
  }

  written(): WrittenNotes {
    const reads = new Map([...this.notes.values()].map((note) => [note, note.ids.size]));
    return { reads, refusals: [...this.refusals.values()] };
  }

  /** Drops what has been stored for good, except for notes that have grown since. */
  forget({ reads, refusals }: WrittenNotes): void {
    for (const [key, note] of this.notes) if (reads.get(note) === note.ids.size) this.notes.delete(key);
    for (const [key, refusal] of this.refusals) if (refusals.includes(refusal)) this.refusals.delete(key);
  }
}

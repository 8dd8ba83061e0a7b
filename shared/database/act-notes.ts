import { type AuditRecord } from '#shared/audit';
import { type AuditGround, type AuditedAct, auditRecord } from './audit-record';

interface Noted {
  readonly act: AuditedAct;
  readonly ground: AuditGround;
}

/**
 * What one transaction has done. Written once, when it is about to end: a row that is changed twice in it has been changed,
 * and that is one audit row.
 */
export class ActNotes {
  private readonly acts = new Map<string, Noted>();

  add(act: AuditedAct, ground: AuditGround): void {
    const { action, resourceType, resourceId, patientId, outcome = '', reason } = act;
    const key = [action, resourceType, resourceId, patientId, outcome, reason ?? '', ground.actor.subject].join('|');
    const before = this.acts.get(key)?.act.resourceCount ?? 0;
    // What concerns one named record is the same however often it happens; what is counted adds up.
    const { resourceCount } = act;
    this.acts.set(key, { act: { ...act, ...(resourceCount && { resourceCount: before + resourceCount }) }, ground });
  }

  /** The records of all of it, and none of it any more. */
  take(): AuditRecord[] {
    const records = [...this.acts.values()].map(({ act, ground }) => auditRecord(ground, act));
    this.acts.clear();
    return records;
  }
}

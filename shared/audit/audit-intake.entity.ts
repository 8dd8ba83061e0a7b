import { Entity } from 'typeorm';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TextColumn, TimeColumn } from '#shared/tables';

/** One audit record, written in the transaction it speaks of. It has a place in the chain once it is sealed. */
@Entity('audit_intake')
export class AuditIntake {
  @IdColumn('aud')
  id!: string;

  @ReferenceColumn('org', { name: 'org_id' })
  organisationId!: string;

  /** 1, 2, 3 … within the organisation; null until sealed. */
  @IntegerColumn({ nullable: true })
  sequence!: number | null;

  /** Canonical JSON, stored as text: a JSON column might give it back in another order. */
  @TextColumn()
  record!: string;

  @CodeColumn({ name: 'leaf_hash' })
  leafHash!: string;

  /** Copies for looking up; the record's text is what counts, and verification compares them with it. */
  @CodeColumn({ name: 'patient_id', nullable: true })
  patientId!: string | null;

  @TimeColumn({ name: 'occurred_at' })
  occurredAt!: Date;
}

import { Entity, PrimaryColumn } from 'typeorm';
import { IntegerColumn, TimeColumn, idTransformer } from '#shared/tables';

/** How far an organisation's chain is sealed, and how far the index of the whole platform has it. */
@Entity('audit_heads')
export class AuditHead {
  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  /** Last sealed. */
  @IntegerColumn()
  sequence!: number;

  /** Last that the index has taken. */
  @IntegerColumn({ name: 'forwarded_sequence' })
  forwardedSequence!: number;

  /** Since when there has been something to forward; null when there is nothing. */
  @TimeColumn({ name: 'pending_since', nullable: true })
  pendingSince!: Date | null;
}

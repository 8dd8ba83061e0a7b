import { Entity } from 'typeorm';
import { patientVisibility, TenantEntity, VisibleBy } from '#shared/database';
import { CodeColumn, FlagColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type ConsentStatus, type DecisionKind } from '../records/record.codes';
import { type ConsentPurpose } from '../types/type.codes';

/**
 * A consent record as a decision reads it: no more than decides, nothing decrypted. A decision is asked before data is
 * released and tells nobody what the record says, so it is no access to it: whoever selects the record itself is audited.
 * Written as `ConsentRecord` only.
 */
@VisibleBy<ConsentAnswer>('patient_visibility', patientVisibility('consent:decisions:read'))
@Entity('consent_records')
export class ConsentAnswer extends TenantEntity {
  @IdColumn('cns')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('ctp')
  typeId!: string;

  @ReferenceColumn('ctv')
  textVersionId!: string;

  @CodeColumn()
  purpose!: ConsentPurpose;

  @CodeColumn()
  status!: ConsentStatus;

  @CodeColumn()
  decision!: DecisionKind;

  @FlagColumn({ nullable: true })
  hasProvisions!: boolean | null;

  @TimeColumn()
  validFrom!: Date;

  @TimeColumn({ nullable: true })
  validUntil!: Date | null;

  @TimeColumn({ nullable: true })
  withdrawnAt!: Date | null;
}

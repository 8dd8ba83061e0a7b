import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

/** A review whose findings are still to be read through the supergraph and kept here as diagnoses. */
@Entity('diagnosis_imports')
export class DiagnosisImport extends TenantEntity {
  @IdColumn('dim')
  id!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @CodeColumn()
  source!: 'AI' | 'HUMAN';

  /** `air_…` or `rev_…`, by source. */
  @CodeColumn()
  reviewRef!: string;

  @CodeColumn()
  status!: 'PENDING' | 'DONE';

  /** Tries begun, the present one included. */
  @IntegerColumn()
  attempts!: number;

  /** When it may be tried next; while a worker is at it, when its lease ends. */
  @TimeColumn()
  dueAt!: Date;
}

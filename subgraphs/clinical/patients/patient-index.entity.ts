import { Entity } from 'typeorm';
import { TenantEntity, WithoutHistory } from '#shared/database';
import { CodeColumn, IdColumn, ReferenceColumn } from '#shared/tables';

/** What patients can be found by. */
export type IndexedField = 'NAME' | 'MRN' | 'EMAIL' | 'BIRTH_DATE';

/** A keyed hash of something a patient is found by: equality search over encrypted data. */
@WithoutHistory('derived from Patient.identity, whose versions are kept')
@Entity('patient_index')
export class PatientIndexEntry extends TenantEntity {
  @IdColumn('pix')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @CodeColumn()
  field!: IndexedField;

  @CodeColumn()
  token!: string;
}

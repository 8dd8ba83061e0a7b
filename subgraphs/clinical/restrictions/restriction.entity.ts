import { Entity } from 'typeorm';
import { PhiSubject, TenantEntity } from '#shared/database';
import { IdColumn, ReferenceColumn } from '#shared/tables';

/** A patient's record is closed to everybody of the organisation but the care team, the patient, and who breaks the glass. */
@PhiSubject<RecordRestriction>((restriction) => restriction.patientId)
@Entity('record_restrictions')
export class RecordRestriction extends TenantEntity {
  @IdColumn('rst')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;
}

/** Somebody who treats a patient, and whom the restriction does not hold off. */
@PhiSubject<CareTeamMember>((member) => member.patientId)
@Entity('care_team_members')
export class CareTeamMember extends TenantEntity {
  @IdColumn('ctm')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('usr')
  userId!: string;
}

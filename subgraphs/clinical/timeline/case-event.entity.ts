import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { ActorSnapshot, connectionType, DateTime } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { caseStaff, staffOrSelf } from '../visibility';

/** What a case's timeline tells of. `DECISION_IGNORED`: a decision came after the case had been cancelled. */
export type CaseEventType =
  | 'CREATED'
  | 'STATUS_CHANGED'
  | 'FINDING_ADDED'
  | 'IMAGE_REQUESTED'
  | 'IMAGE_VERIFIED'
  | 'IMAGE_REJECTED'
  | 'DIAGNOSIS_RECORDED'
  | 'OUTCOME_RECORDED'
  | 'DECISION_IGNORED';

@ObjectType({ description: 'One thing that happened to a case. Never changed, never removed.' })
@RequireScopes('clinical:cases:read', 'clinical:patients:self')
@VisibleBy<CaseEvent>('case_visibility', staffOrSelf(caseStaff))
@PhiSubject<CaseEvent>((event) => event.patientId)
@Entity('case_events')
export class CaseEvent extends TenantEntity {
  @Field(() => ID)
  @IdColumn('cev')
  id!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @Field(() => DateTime)
  @TimeColumn()
  at!: Date;

  @Field(() => String, { description: 'A stable code, e.g. STATUS_CHANGED' })
  @CodeColumn()
  type!: CaseEventType;

  @Field(() => ActorSnapshot, { nullable: true })
  @JsonColumn()
  actor!: ActorSnapshot;

  @Field(() => String, { nullable: true })
  @CodeColumn({ nullable: true, name: 'from_code' })
  from!: string | null;

  @Field(() => String, { nullable: true, description: 'The new status, or the code of what was added' })
  @CodeColumn({ nullable: true, name: 'to_code' })
  to!: string | null;
}

export const CaseEventConnection = connectionType('CaseEvent', () => CaseEvent);

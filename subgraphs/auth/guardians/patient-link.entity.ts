import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Administered, PhiSubject, TenantEntity } from '#shared/database';
import { DateTime, enumOf } from '#shared/graphql';
import { CodeColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

/** What somebody is to a patient, as FHIR's RelatedPerson has it. */
export const relationships = ['SELF', 'PARENT', 'GUARDIAN', 'CARER', 'ATTORNEY', 'OTHER'] as const;
export type Relationship = (typeof relationships)[number];
export const RelationshipEnum = enumOf('PatientRelationship', relationships);

@ObjectType({ description: 'A patient whom a person is, or may act for.' })
@RequireScopes('auth:users:read', 'auth:users:self')
@PhiSubject<PatientLink>((link) => link.patientId)
@Administered()
@Entity('patient_links')
export class PatientLink extends TenantEntity {
  @Field(() => ID)
  @IdColumn('lnk')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @Field(() => ID)
  @ReferenceColumn('pat')
  patientId!: string;

  @Field(() => RelationshipEnum)
  @CodeColumn()
  relationship!: Relationship;

  @Field(() => DateTime, {
    nullable: true,
    description: 'A guardian’s right may end with a day: of age, of a court’s order',
  })
  @TimeColumn({ nullable: true })
  validUntil!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  endedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'EXPIRED, or the code given when it was ended' })
  @CodeColumn({ nullable: true })
  endReason!: string | null;
}

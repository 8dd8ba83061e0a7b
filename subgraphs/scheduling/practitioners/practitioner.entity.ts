import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { enumOf } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn, TextColumn } from '#shared/tables';

export const practitionerKinds = [
  ...(['DOCTOR', 'DERMATOLOGIST', 'NURSE', 'PHARMACIST', 'LAB_TECHNICIAN', 'IMAGING_TECHNICIAN', 'OTHER'] as const),
] as const;
export type PractitionerKind = (typeof practitionerKinds)[number];
export const PractitionerKindEnum = enumOf('PractitionerKind', practitionerKinds);

export const practitionerStatuses = ['ONBOARDING', 'ACTIVE', 'ON_LEAVE', 'SUSPENDED', 'LEFT'] as const;
export type PractitionerStatus = (typeof practitionerStatuses)[number];
export const PractitionerStatusEnum = enumOf('PractitionerStatus', practitionerStatuses);

@ObjectType({ description: 'A person who sees patients.' })
@Directive('@key(fields: "id")')
@Authenticated()
@Entity('practitioners')
export class Practitioner extends TenantEntity {
  @Field(() => ID)
  @IdColumn('pra')
  id!: string;

  /** Their account, when they have one. */
  @ReferenceColumn('usr', { nullable: true })
  userId!: string | null;

  @Field()
  @TextColumn()
  displayName!: string;

  @Field(() => String, { nullable: true })
  @TextColumn({ nullable: true })
  title!: string | null;

  @Field(() => PractitionerKindEnum)
  @CodeColumn()
  kind!: PractitionerKind;

  @Field(() => [String], { description: 'BCP 47 tags of the languages they speak with patients' })
  @JsonColumn()
  languages!: string[];

  @Field(() => PractitionerStatusEnum, { description: 'Only an ACTIVE practitioner has slots' })
  @CodeColumn()
  status!: PractitionerStatus;
}

import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { CodedConcept, Phi } from '#shared/graphql';
import { IdColumn, ReferenceColumn } from '#shared/tables';
import { caseStaff, staffOrSelf } from '../visibility';
import {
  type AiExclusion,
  AiExclusionEnum,
  type Laterality,
  LateralityEnum,
  type LesionChange,
  LesionChangeEnum,
} from './finding.codes';

@ObjectType({ description: 'One lesion of a case, as the referrer describes it.' })
@Directive('@key(fields: "id")')
@Phi()
@RequireScopes('clinical:cases:read', 'clinical:patients:self')
@VisibleBy<SkinFinding>('case_visibility', staffOrSelf(caseStaff))
@PhiSubject<SkinFinding>((finding) => finding.patientId)
@Entity('skin_findings')
export class SkinFinding extends TenantEntity {
  @Field(() => ID)
  @IdColumn('fnd')
  id!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @Field()
  @Encrypted('CLINICAL')
  label!: string;

  @Field(() => CodedConcept)
  @Encrypted('CLINICAL')
  bodySite!: CodedConcept;

  @Field(() => LateralityEnum, { nullable: true })
  @Encrypted('CLINICAL')
  laterality!: Laterality | null;

  @Field(() => Float, { nullable: true })
  @Encrypted('CLINICAL')
  longestDiameterMm!: number | null;

  @Field(() => Int, { nullable: true })
  @Encrypted('CLINICAL')
  durationMonths!: number | null;

  @Field(() => [LesionChangeEnum])
  @Encrypted('CLINICAL')
  changes!: LesionChange[];

  @Field(() => [AiExclusionEnum], { description: 'Any of these sends the lesion to a person, never to an AI' })
  @Encrypted('CLINICAL')
  unsuitableForAi!: AiExclusion[];
}

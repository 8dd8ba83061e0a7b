import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { CodedConcept, Phi } from '#shared/graphql';
import { IdColumn, ReferenceColumn } from '#shared/tables';
import { caseStaff, staffOrSelf } from '../visibility';
import { type AiExclusion, type Laterality, LateralityEnum, type LesionChange } from './finding.codes';

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

  /** For the gateway alone: whose consent decides about the pictures. */
  @Field(() => ID)
  @Directive('@inaccessible')
  @ReferenceColumn('pat')
  patientId!: string;

  @Field(() => String, { nullable: true, description: 'Null, as all that is told of the lesion, after erasure' })
  @Encrypted('CLINICAL')
  label!: string | null;

  @Field(() => CodedConcept, { nullable: true })
  @Encrypted('CLINICAL')
  bodySite!: CodedConcept | null;

  @Field(() => LateralityEnum, { nullable: true })
  @Encrypted('CLINICAL')
  laterality!: Laterality | null;

  @Field(() => Float, { nullable: true })
  @Encrypted('CLINICAL')
  longestDiameterMm!: number | null;

  @Field(() => Int, { nullable: true })
  @Encrypted('CLINICAL')
  durationMonths!: number | null;

  @Encrypted('CLINICAL')
  changes!: LesionChange[] | null;

  @Encrypted('CLINICAL')
  unsuitableForAi!: AiExclusion[] | null;
}

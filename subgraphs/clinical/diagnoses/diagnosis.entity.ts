import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { ActorSnapshot, CodedConcept, DateTime, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { caseStaff, staffOrSelf } from '../visibility';
import {
  type DiagnosisCertainty,
  DiagnosisCertaintyEnum,
  type DiagnosisSource,
  DiagnosisSourceEnum,
  type LesionClass,
  LesionClassEnum,
  type Malignancy,
  MalignancyEnum,
} from './diagnosis.codes';

@ObjectType({
  description: 'What somebody or something takes a lesion to be. Opinions stand side by side; none is overwritten.',
})
@Directive('@key(fields: "id")')
@Phi()
@RequireScopes('clinical:cases:read', 'clinical:records:read', 'clinical:patients:self')
@VisibleBy<Diagnosis>('case_visibility', staffOrSelf([...caseStaff, 'clinical:records:read']))
@PhiSubject<Diagnosis>((diagnosis) => diagnosis.patientId)
@Entity('diagnoses')
export class Diagnosis extends TenantEntity {
  @Field(() => ID)
  @IdColumn('dx')
  id!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('fnd', { nullable: true })
  findingId!: string | null;

  @Field(() => DiagnosisSourceEnum)
  @CodeColumn()
  source!: DiagnosisSource;

  @Field(() => CodedConcept, { nullable: true, description: 'Null, as what follows from it, after erasure' })
  @Encrypted('CLINICAL')
  code!: CodedConcept | null;

  @Field(() => LesionClassEnum, { nullable: true, name: 'class' })
  @Encrypted('CLINICAL')
  lesionClass!: LesionClass | null;

  @Field(() => MalignancyEnum, { nullable: true })
  @Encrypted('CLINICAL')
  malignancy!: Malignancy | null;

  @Field(() => DiagnosisCertaintyEnum)
  @CodeColumn()
  certainty!: DiagnosisCertainty;

  @Field(() => Int, { description: '1 for the likeliest of several from one source' })
  @IntegerColumn()
  rank!: number;

  @Field(() => Float, { nullable: true, description: 'From 0 to 1, as the source gave it' })
  @Encrypted('CLINICAL')
  confidence!: number | null;

  @Field(() => ActorSnapshot)
  @JsonColumn()
  recordedBy!: ActorSnapshot;

  @Field(() => DateTime)
  @TimeColumn()
  recordedAt!: Date;

  @ReferenceColumn('dx', { nullable: true })
  supersedesId!: string | null;
}

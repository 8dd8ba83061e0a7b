import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, patientVisibility, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { CodedConcept, DateTime, Phi } from '#shared/graphql';
import { FlagColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import {
  type LesionClass,
  lesionClasses,
  malignancies,
  type Malignancy,
  type ManagementPlan,
  mostDangerous,
} from '../outcomes/outcome.codes';

@ObjectType({ description: 'What the reader says of one finding.' })
@Phi()
export class FindingDecision {
  findingId!: string;

  @Field(() => CodedConcept)
  code!: CodedConcept;

  @Field(() => String)
  class!: LesionClass;

  @Field(() => String)
  malignancy!: Malignancy;

  @Field(() => Int, { description: '0 to 100' })
  confidence!: number;
}

/** A decision in three codes, as events carry it. */
export interface DecisionSummary {
  readonly management: ManagementPlan;
  readonly overallClass: LesionClass;
  readonly malignancy: Malignancy;
}

@ObjectType({ description: 'A reader’s decision on a case.' })
@Phi()
@RequireScopes('reviews:human:read')
@VisibleBy<ReviewDecision>('review_visibility', patientVisibility('reviews:human:read'))
@PhiSubject<ReviewDecision>((decision) => decision.patientId)
@Entity('review_decisions')
export class ReviewDecision extends TenantEntity {
  @Field(() => ID)
  @IdColumn('dec')
  id!: string;

  @ReferenceColumn('rev')
  reviewId!: string;

  @ReferenceColumn('wfi')
  instanceId!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('pra')
  practitionerId!: string;

  @Field(() => [FindingDecision], { nullable: true, description: 'Null once the patient’s data has been erased' })
  @Encrypted('CLINICAL')
  perFinding!: FindingDecision[] | null;

  @Field(() => String, { nullable: true })
  @Encrypted('CLINICAL')
  management!: ManagementPlan | null;

  @Field(() => String, { nullable: true })
  @Encrypted('CLINICAL')
  rationale!: string | null;

  @Field(() => Int, { description: '0 to 100' })
  @IntegerColumn()
  confidence!: number;

  @Field()
  @FlagColumn()
  imageQualityAdequate!: boolean;

  @Field(() => DateTime)
  @TimeColumn()
  decidedAt!: Date;

  /** The gravest of the findings stands for the case. Null once the patient's data has been erased. */
  summary(): DecisionSummary | null {
    const { perFinding, management } = this;
    if (!perFinding || !management) return null;
    const classes = perFinding.map((finding) => finding.class);
    const grades = perFinding.map(({ malignancy }) => malignancy);
    return {
      management,
      overallClass: mostDangerous(lesionClasses, classes, 'INDETERMINATE'),
      malignancy: mostDangerous(malignancies, grades, 'INDETERMINATE'),
    };
  }
}

import { Field, Float, ID, ObjectType } from 'type-graphql';
import { JsonValue, Phi } from '#shared/graphql';
import { type LesionClass, type Malignancy, type ManagementPlan } from '../outcomes/outcome.codes';

@ObjectType({ description: 'What the AI says of one finding.' })
@Phi()
export class AiReviewLesion {
  @Field(() => ID)
  id!: string;

  findingId!: string;

  @Field(() => String)
  class!: LesionClass;

  @Field(() => String)
  malignancy!: Malignancy;

  @Field(() => Float, { description: 'Probability of the class, 0 to 1' })
  confidence!: number;

  @Field(() => JsonValue, { description: 'Probability by class' })
  probabilities!: Record<string, number>;

  @Field()
  referralThresholdMet!: boolean;
}

@ObjectType({ description: 'What the AI says of a case.' })
@Phi()
export class AiReviewResult {
  @Field()
  modelVersion!: string;

  @Field(() => String)
  overallClass!: LesionClass;

  @Field(() => String)
  overallMalignancy!: Malignancy;

  @Field(() => String)
  management!: ManagementPlan;

  @Field(() => [AiReviewLesion])
  lesions!: AiReviewLesion[];

  @Field(() => [String])
  warnings!: string[];
}

@ObjectType({ description: 'An image that the AI must not judge.' })
export class AiInputExclusion {
  @Field(() => ID)
  imageId!: string;

  @Field({ description: 'A code' })
  reason!: string;
}

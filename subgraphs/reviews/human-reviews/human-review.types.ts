import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime, Payload } from '#shared/graphql';
import { Practitioner } from '../cases/case.types';
import { HumanReview } from './human-review.entity';

@ObjectType({ description: 'Who reads a case now, and until when it is theirs.' })
export class ReviewClaim {
  @Field(() => Practitioner)
  reader!: Practitioner;

  @Field(() => DateTime)
  claimedAt!: Date;

  @Field(() => DateTime)
  leaseExpiresAt!: Date;

  @Field(() => Int, { description: 'To be named when the read is submitted' })
  fencingToken!: number;
}

@InputType()
export class FindingDecisionInput {
  @Field(() => ID)
  findingId!: string;

  @Field({ description: 'Code system, e.g. http://hl7.org/fhir/sid/icd-10' })
  system!: string;

  @Field()
  code!: string;

  @Field({ description: 'A lesion class' })
  class!: string;

  @Field()
  malignancy!: string;

  @Field(() => Int, { description: '0 to 100' })
  confidence!: number;
}

@InputType()
export class SubmitReadInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID)
  reviewId!: string;

  @Field(() => Int, { description: 'Of the claim the read was made under' })
  fencingToken!: number;

  @Field(() => [FindingDecisionInput], { description: 'One for each finding of the case' })
  perFinding!: FindingDecisionInput[];

  @Field({ description: 'A management plan' })
  management!: string;

  @Field(() => Int, { description: '0 to 100' })
  confidence!: number;

  @Field()
  rationale!: string;

  @Field()
  imageQualityAdequate!: boolean;
}

@ObjectType()
export class HumanReviewPayload extends Payload {
  @Field(() => HumanReview, { nullable: true })
  review!: HumanReview | null;
}

import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import {
  type AiExclusion,
  AiExclusionEnum,
  type Laterality,
  LateralityEnum,
  type LesionChange,
  LesionChangeEnum,
} from './finding.codes';
import { SkinFinding } from './finding.entity';

@InputType()
export class AddFindingInput {
  @Field(() => ID, { nullable: true, description: 'With it a repeated request answers the finding of the first' })
  idempotencyKey?: string | null;

  @Field(() => ID)
  caseId!: string;

  @Field({ description: 'What the lesion is called within its case, e.g. "A"' })
  label!: string;

  @Field({ description: 'Of the value set sa-platform:body-site, e.g. UPPER_BACK' })
  bodySiteCode!: string;

  @Field(() => LateralityEnum, { nullable: true })
  laterality?: Laterality | null;

  @Field(() => Float, { nullable: true })
  longestDiameterMm?: number | null;

  @Field(() => Int, { nullable: true })
  durationMonths?: number | null;

  @Field(() => [LesionChangeEnum], { nullable: true })
  changes?: LesionChange[] | null;

  @Field(() => [AiExclusionEnum], { nullable: true })
  exclusions?: AiExclusion[] | null;
}

@ObjectType()
export class FindingPayload extends Payload {
  @Field(() => SkinFinding, { nullable: true })
  finding!: SkinFinding | null;
}

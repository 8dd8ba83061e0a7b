import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime } from '#shared/graphql';

@InputType()
export class RefusedActorInput {
  @Field({ description: 'user, client or service' })
  kind!: string;

  @Field(() => ID)
  subject!: string;

  @Field(() => ID, { nullable: true })
  userId!: string | null;

  @Field(() => ID, { nullable: true })
  clientId!: string | null;

  @Field(() => [String])
  roles!: string[];

  @Field(() => ID, { nullable: true })
  actedBy!: string | null;

  @Field(() => ID, { nullable: true })
  breakGlassGrantId!: string | null;
}

@InputType({ description: 'Something that the gateway has refused.' })
export class RefusalInput {
  @Field(() => DateTime)
  at!: Date;

  @Field(() => RefusedActorInput)
  actor!: RefusedActorInput;

  @Field(() => ID)
  correlationId!: string;

  @Field()
  action!: string;

  @Field()
  resourceType!: string;

  @Field(() => ID)
  resourceId!: string;

  @Field(() => Int)
  resourceCount!: number;

  @Field(() => ID, { nullable: true })
  patientId!: string | null;

  @Field(() => String, { nullable: true })
  purpose!: string | null;

  @Field()
  reason!: string;
}

@ObjectType()
export class RefusalsRecorded {
  @Field(() => Int)
  count!: number;
}

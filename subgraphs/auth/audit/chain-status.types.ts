import { Field, Int, ObjectType } from 'type-graphql';
import { DateTime } from '#shared/graphql';

@ObjectType({ description: 'Whether a chain is what it was.' })
export class AuditChainStatus {
  @Field()
  subgraph!: string;

  @Field({ description: 'It follows from its records, and meets its last checkpoint and what the index has' })
  verified!: boolean;

  @Field({ description: 'False when the subgraph did not answer: then nothing is known' })
  isReached!: boolean;

  @Field(() => Int)
  fromSequence!: number;

  @Field(() => Int, { description: 'The last record that could be vouched for' })
  toSequence!: number;

  @Field(() => Int, { nullable: true, description: 'The first record that cannot be vouched for' })
  firstBrokenSequence!: number | null;

  @Field(() => Int, { nullable: true })
  checkpointSequence!: number | null;

  @Field(() => String, { nullable: true, description: 'Of the chain, as it was anchored last' })
  checkpointHash!: string | null;

  @Field(() => DateTime, { nullable: true })
  anchoredAt!: Date | null;
}

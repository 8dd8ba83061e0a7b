import { Field, ObjectType } from 'type-graphql';
import { DateTime, Payload } from '#shared/graphql';

@ObjectType('StepUpProof', {
  description: 'Proof that the caller has shown anew who they are. Serves once, for the purpose asked for.',
})
export class StepUpProofView {
  @Field({ description: 'Sent along with the act; a secret' })
  token!: string;

  @Field(() => DateTime)
  expiresAt!: Date;

  @Field(() => [String], { description: 'How it was shown: Authentication Method References of RFC 8176' })
  amr!: readonly string[];
}

@ObjectType()
export class StepUpPayload extends Payload {
  @Field(() => StepUpProofView, { nullable: true })
  stepUp!: StepUpProofView | null;
}

import { Field, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';

/** Answers those who are not signed in: it tells nothing about any account. */
@ObjectType()
export class AccountPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'True when it was done, or looks as if it had been' })
  accepted!: boolean | null;
}

@ObjectType({ description: 'What somebody who holds the link of an invitation may know of it.' })
export class Invitation {
  @Field()
  organisation!: string;

  @Field({ description: 'False when the person has a password already, by an account elsewhere' })
  needsPassword!: boolean;
}

@ObjectType()
export class InvitationPayload extends Payload {
  @Field(() => Invitation, { nullable: true })
  invitation!: Invitation | null;
}

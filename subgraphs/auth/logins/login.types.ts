import { Field, ID, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import { MfaChallengeView } from '../mfa/mfa.types';
import { AuthTokens } from '../sessions/session.types';

/** Not `User`: nobody is signed in yet when this is answered, and `User` is for those who are. */
@ObjectType({ description: 'Who has signed in: ids and codes. `me` says more, with the token.' })
export class SignedInUser {
  @Field(() => ID)
  id!: string;

  @Field(() => ID)
  organisationId!: string;

  @Field(() => [String])
  roles!: string[];

  @Field(() => [ID])
  patientIds!: string[];

  @Field(() => ID, { nullable: true })
  practitionerId!: string | null;
}

@ObjectType({ description: 'An organisation that a person may sign in to.' })
export class OrganisationChoice {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;
}

@ObjectType()
export class LoginPayload extends Payload {
  @Field(() => AuthTokens, { nullable: true })
  tokens!: AuthTokens | null;

  @Field(() => SignedInUser, { nullable: true })
  user!: SignedInUser | null;

  @Field({ description: 'The organisation wants a second factor: the tokens serve to enrol one, and no more' })
  mustEnrolMfa!: boolean;

  @Field(() => [OrganisationChoice], {
    nullable: true,
    description: 'Instead of tokens: the person belongs to several organisations. Sign in again, naming one',
  })
  organisations!: readonly OrganisationChoice[] | null;

  @Field(() => MfaChallengeView, { nullable: true, description: 'Instead of tokens: a second factor is asked for' })
  mfaChallenge!: MfaChallengeView | null;
}

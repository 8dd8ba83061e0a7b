import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType, Payload } from '#shared/graphql';
import { User } from './user.entity';

@InputType()
export class InviteUserInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field()
  email!: string;

  @Field()
  firstName!: string;

  @Field()
  lastName!: string;

  @Field(() => [String], { description: 'Keys of roles' })
  roles!: string[];

  @Field(() => [ID], {
    defaultValue: [],
    description: 'The patients this person is or acts for; needs the role PATIENT',
  })
  patientIds!: string[];

  @Field(() => ID, { nullable: true })
  practitionerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'As people write it where the organisation is, or with its country; kept as E.164',
  })
  phoneNumber?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'At least 8 characters; the person may sign in with it. Better left out: the invitation lets them choose',
  })
  temporaryPassword?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether a mail with a link goes to the address; left out, it does when there is no temporary password',
  })
  sendInvitation?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'A bcrypt hash brought from elsewhere; needs auth:roles:write. Replaced at the next sign-in',
  })
  importedPasswordHash?: string | null;
}

@ObjectType()
export class UserPayload extends Payload {
  @Field(() => User, { nullable: true })
  user!: User | null;
}

export const UserConnection = connectionType('User', () => User);

import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Authenticated } from '#shared/auth';

@ObjectType({ description: 'Owned by auth; notifications adds the inbox.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class User {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'Owned by clinical; notifications adds what was sent to the patient.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Patient {
  @Field(() => ID)
  id!: string;
}

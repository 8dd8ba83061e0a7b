import { Authenticated } from '#shared/auth';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Owned by clinical; auth adds who has looked at the record. Not described here: the supergraph would take this text for the owner's. */
@ObjectType()
@Directive('@key(fields: "id")')
@Authenticated()
export class Patient {
  @Field(() => ID)
  id!: string;
}

/** Owned by scheduling. */
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Practitioner {
  @Field(() => ID)
  id!: string;
}

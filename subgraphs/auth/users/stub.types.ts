import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Owned by clinical. Not described here: the supergraph would take this text for the owner's. */
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
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

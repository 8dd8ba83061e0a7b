import { Directive, Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Owned by clinical.' })
@Directive('@key(fields: "id", resolvable: false)')
export class Patient {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'Owned by scheduling.' })
@Directive('@key(fields: "id", resolvable: false)')
export class Practitioner {
  @Field(() => ID)
  id!: string;
}

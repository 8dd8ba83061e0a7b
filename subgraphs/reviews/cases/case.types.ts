import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Authenticated } from '#shared/auth';

@ObjectType({ description: 'Owned by clinical; reviews adds how it is being decided.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Case {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'Owned by clinical.' })
@Directive('@key(fields: "id", resolvable: false)')
export class SkinFinding {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'Owned by scheduling.' })
@Directive('@key(fields: "id", resolvable: false)')
export class Practitioner {
  @Field(() => ID)
  id!: string;
}

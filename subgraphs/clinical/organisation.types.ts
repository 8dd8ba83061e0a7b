import { Directive, Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Owned by auth.' })
@Directive('@key(fields: "id", resolvable: false)')
export class Organisation {
  @Field(() => ID)
  id!: string;
}

import { Field, Int, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import { BreakGlassGrant } from './grant.entity';

@ObjectType({ description: 'Opens the one record with everything that its holder may do; each access is marked.' })
export class BreakGlassToken {
  @Field()
  accessToken!: string;

  @Field(() => Int)
  expiresInSeconds!: number;
}

@ObjectType()
export class BreakGlassPayload extends Payload {
  @Field(() => BreakGlassGrant, { nullable: true })
  grant!: BreakGlassGrant | null;

  @Field(() => BreakGlassToken, { nullable: true, description: 'Shown once, to whoever has broken the glass' })
  token!: BreakGlassToken | null;
}

@ObjectType()
export class BreakGlassGrantPayload extends Payload {
  @Field(() => BreakGlassGrant, { nullable: true })
  grant!: BreakGlassGrant | null;
}

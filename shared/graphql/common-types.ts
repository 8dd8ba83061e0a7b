import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { type Actor, type Region, regions } from '#shared/auth';
import { DateTime, JsonValue, MinorUnits, Url } from '#shared/scalars';
import { shareable } from './shareable';

@shareable
@ObjectType()
export class Money {
  @Field(() => MinorUnits)
  amount!: number;

  @Field({ description: 'ISO 4217' })
  currency!: string;
}

@shareable
@ObjectType()
export class CodedConcept {
  @Field()
  system!: string;

  @Field()
  code!: string;

  @Field(() => String, { nullable: true })
  display!: string | null;

  @Field(() => String, { nullable: true })
  version!: string | null;
}

@shareable
@ObjectType()
export class SignedUrl {
  @Field(() => Url)
  url!: string;

  @Field()
  method!: string;

  @Field(() => JsonValue, { nullable: true })
  headers!: Record<string, string> | null;

  @Field(() => DateTime)
  expiresAt!: Date;
}

/** Who did something, as it was known then. Names are looked up through the user, not kept here. */
@shareable
@ObjectType()
export class ActorSnapshot {
  @Field(() => ID, { nullable: true })
  clientId!: string | null;

  @Field(() => ID, { nullable: true })
  userId!: string | null;

  @Field(() => String, { nullable: true })
  displayName!: string | null;

  @Field(() => [String])
  roles!: readonly string[];
}

export function snapshotOf(actor: Actor): ActorSnapshot {
  const displayName = actor.kind === 'service' ? actor.subject.replace('service:', '') : null;
  return { clientId: actor.clientId, userId: actor.userId, displayName, roles: actor.roles };
}

/** Registers a closed list of codes as a GraphQL enum and gives it back for `@Field(() => …)`. */
export function enumOf<const Code extends string>(name: string, codes: readonly Code[]): Record<Code, Code> {
  const values = Object.fromEntries(codes.map((code) => [code, code])) as Record<Code, Code>;
  registerEnumType(values, { name });
  return values;
}

export const RegionEnum: Record<Region, Region> = enumOf('Region', regions);

import { Field, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import { ConsentTextVersion } from './text.entity';

@ObjectType()
export class ConsentTextPayload extends Payload {
  @Field(() => ConsentTextVersion, { nullable: true })
  textVersion!: ConsentTextVersion | null;
}

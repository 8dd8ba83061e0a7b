import { Directive, Field, ObjectType } from 'type-graphql';
import { DateTime, enumOf } from '#shared/graphql';
import { Revocation, type RevocationKind, revocationKinds } from './revocation.entity';

const RevocationKindEnum = enumOf('RevocationKind', revocationKinds);

@ObjectType('Revocation', { description: 'Tokens that stand no more.' })
@Directive('@inaccessible')
export class RevocationView implements Pick<Revocation, 'kind' | 'key' | 'issuedUntil' | 'endsAt'> {
  @Field(() => RevocationKindEnum)
  kind!: RevocationKind;

  @Field({ description: 'The value of the claim: jti, sid, client_id or sub' })
  key!: string;

  @Field(() => DateTime, { description: 'Tokens issued later stand' })
  issuedUntil!: Date;

  @Field(() => DateTime, { description: 'When all of them have ended by themselves' })
  endsAt!: Date;
}

@ObjectType({ description: 'Revocations in the order they were made. Some may come twice, none is left out.' })
@Directive('@inaccessible')
export class Revocations {
  @Field(() => [RevocationView])
  entries!: RevocationView[];

  @Field({ description: 'Where to go on' })
  cursor!: string;

  @Field({ description: 'False when there are more already' })
  isComplete!: boolean;
}

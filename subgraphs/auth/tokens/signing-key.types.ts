import { Field, ObjectType } from 'type-graphql';
import { DateTime, enumOf } from '#shared/graphql';
import { type SigningKeyStatus, signingKeyStatuses } from './signing-key.entity';

const SigningKeyStatusEnum = enumOf('SigningKeyStatus', signingKeyStatuses);

@ObjectType('SigningKey', { description: 'A key that access tokens are signed with. Only the public half leaves.' })
export class SigningKeyView {
  @Field({ description: 'RFC 7638 thumbprint' })
  kid!: string;

  @Field({ description: 'ES256, EdDSA or RS256 (RFC 7518 §3.1, RFC 8037 §3.1)' })
  alg!: string;

  @Field(() => SigningKeyStatusEnum)
  status!: SigningKeyStatus;

  @Field(() => DateTime, { description: 'When it began to sign, or is due to' })
  notBefore!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ceases to be published' })
  retireAt!: Date | null;
}

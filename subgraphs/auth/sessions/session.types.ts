import { Field, Int, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import { type SessionTokens } from './open-session';

@ObjectType({ description: 'As an OAuth token response (RFC 6749 §5.1).' })
export class AuthTokens {
  @Field()
  accessToken!: string;

  @Field(() => String, { nullable: true, description: 'For one use: each refresh gives the next one' })
  refreshToken!: string | null;

  @Field(() => Int, { description: 'Seconds' })
  expiresIn!: number;

  @Field()
  tokenType!: string;

  @Field(() => [String])
  scope!: string[];
}

@ObjectType()
export class TokensPayload extends Payload {
  @Field(() => AuthTokens, { nullable: true })
  tokens!: AuthTokens | null;
}

export function tokensOf({ accessToken, refreshToken, expiresInSeconds, scopes }: SessionTokens): AuthTokens {
  return { accessToken, refreshToken, expiresIn: expiresInSeconds, tokenType: 'Bearer', scope: [...scopes] };
}

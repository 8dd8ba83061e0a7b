import { Field, InputType, ObjectType } from 'type-graphql';
import { enumOf, JsonValue } from '#shared/graphql';
import { type ClientAuthMethod, clientAuthMethods } from './client-settings.entity';

const ClientAuthMethodEnum = enumOf('ClientAuthMethod', clientAuthMethods);

@ObjectType({ description: 'How a client speaks OAuth (RFC 7591 §2).' })
export class ClientMetadata {
  @Field(() => ClientAuthMethodEnum)
  authMethod!: ClientAuthMethod;

  @Field(() => [String], { description: 'Compared character by character' })
  redirectUris!: string[];

  @Field(() => [String])
  postLogoutRedirectUris!: string[];

  @Field(() => JsonValue, { nullable: true, description: 'A JWK set (RFC 7517) of public keys' })
  jwks!: object | null;
}

@InputType()
export class ClientMetadataInput {
  @Field(() => ClientAuthMethodEnum, {
    description: 'NONE is for applications that cannot keep a secret: they act for people, with PKCE',
  })
  authMethod!: ClientAuthMethod;

  @Field(() => [String], { defaultValue: [], description: 'https, or http on this machine; no fragment' })
  redirectUris!: string[];

  @Field(() => [String], { defaultValue: [] })
  postLogoutRedirectUris!: string[];

  @Field(() => JsonValue, { nullable: true, description: 'For PRIVATE_KEY_JWT: a JWK set of public keys' })
  jwks?: unknown;
}

import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated, isScope, type Scope } from '#shared/auth';
import { Administered, TenantEntity } from '#shared/database';
import { enumOf } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, TextColumn } from '#shared/tables';

export const authMethods = [
  ...(['CLIENT_CREDENTIALS', 'AUTHORIZATION_CODE_PKCE', 'PASSWORD', 'OIDC_GOOGLE', 'PASSKEY'] as const),
  ...(['TOKEN_EXCHANGE', 'DEVICE_CODE'] as const),
] as const;
export type AuthMethod = (typeof authMethods)[number];
const AuthMethodEnum = enumOf('AuthMethod', authMethods);

@ObjectType({
  description: 'An application of the organisation. No token it is used with carries more than its scopes.',
})
@Directive('@key(fields: "id")')
@Authenticated()
@Administered()
@Entity('products')
export class Product extends TenantEntity {
  @Field(() => ID)
  @IdColumn('prd')
  id!: string;

  @Field({ description: 'Stable name within the organisation, given at sign-in' })
  @CodeColumn()
  key!: string;

  @Field()
  @TextColumn()
  name!: string;

  @Field(() => [AuthMethodEnum])
  @JsonColumn()
  authMethods!: AuthMethod[];

  @Field(() => [String])
  @JsonColumn()
  allowedScopes!: Scope[];

  /** Of these scopes, the ones this product lets a token carry. */
  entitled(scopes: readonly Scope[]): Scope[] {
    const allowed = new Set(this.allowedScopes);
    return [...new Set(scopes)].filter((scope) => isScope(scope) && allowed.has(scope));
  }
}

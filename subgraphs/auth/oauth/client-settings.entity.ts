import { type JWK } from 'jose';
import { Entity } from 'typeorm';
import { Administered, TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, JsonColumn } from '#shared/tables';

export const clientAuthMethods = ['CLIENT_SECRET', 'PRIVATE_KEY_JWT', 'NONE'] as const;
export type ClientAuthMethod = (typeof clientAuthMethods)[number];

/** How a client speaks OAuth beyond its secret. A client without a row uses a secret and has no redirect addresses. */
@Administered()
@Entity('client_settings')
export class ClientSettings extends TenantEntity {
  /** The client's id. */
  @IdColumn('cli')
  id!: string;

  @CodeColumn()
  authMethod!: ClientAuthMethod;

  /** Compared character by character (RFC 9700 §2.1). */
  @JsonColumn()
  redirectUris!: string[];

  @JsonColumn()
  postLogoutRedirectUris!: string[];

  /** Public keys that its assertions are checked with (RFC 7523). */
  @JsonColumn({ nullable: true })
  jwks!: { keys: JWK[] } | null;
}

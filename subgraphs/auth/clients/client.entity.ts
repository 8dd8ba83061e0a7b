import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes, type Scope } from '#shared/auth';
import { Administered, TenantEntity } from '#shared/database';
import { DomainError } from '#shared/errors';
import { DateTime, enumOf } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn, TextColumn, TimeColumn } from '#shared/tables';

export const clientStatuses = ['ACTIVE', 'REVOKED'] as const;
export type ClientStatus = (typeof clientStatuses)[number];
const ClientStatusEnum = enumOf('ApiClientStatus', clientStatuses);

@ObjectType({ description: 'A machine that acts for the organisation by client credentials (RFC 6749 §4.4).' })
@Directive('@key(fields: "id")')
@RequireScopes('auth:clients:read')
@Administered()
@Entity('api_clients')
export class ApiClient extends TenantEntity {
  @Field(() => ID)
  @IdColumn('cli')
  id!: string;

  @Field()
  @TextColumn()
  name!: string;

  @ReferenceColumn('prd')
  productId!: string;

  @JsonColumn({ name: 'scopes' })
  scopeNames!: Scope[];

  @Field(() => ClientStatusEnum)
  @CodeColumn()
  status!: ClientStatus;

  @TextColumn({ nullable: true })
  revocationReason!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'To the minute' })
  @TimeColumn({ nullable: true })
  lastUsedAt!: Date | null;

  /** @throws {DomainError} ILLEGAL_TRANSITION when it is revoked already: a revoked client never comes back. */
  revoke(reason: string): void {
    this.assertActive('REVOKED');
    this.status = 'REVOKED';
    this.revocationReason = reason;
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION for a revoked client */
  assertActive(to: ClientStatus = 'ACTIVE'): void {
    if (this.status === 'ACTIVE') return;
    throw new DomainError('ILLEGAL_TRANSITION', 'This client has been revoked', {
      details: { from: this.status, to, allowed: [] },
    });
  }
}

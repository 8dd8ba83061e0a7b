import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { type CallerLimits, RequireScopes, type Scope } from '#shared/auth';
import { Administered, TenantEntity } from '#shared/database';
import { DomainError } from '#shared/errors';
import { DateTime, enumOf } from '#shared/graphql';
import {
  CodeColumn,
  FlagColumn,
  IdColumn,
  IntegerColumn,
  JsonColumn,
  ReferenceColumn,
  TextColumn,
  TimeColumn,
} from '#shared/tables';

export const clientStatuses = ['ACTIVE', 'SUSPENDED', 'REVOKED'] as const;
export type ClientStatus = (typeof clientStatuses)[number];
const ClientStatusEnum = enumOf('ApiClientStatus', clientStatuses);

/** state → what it can become */
const arrows: Readonly<Record<ClientStatus, readonly ClientStatus[]>> = {
  ACTIVE: ['SUSPENDED', 'REVOKED'],
  SUSPENDED: ['ACTIVE', 'REVOKED'],
  REVOKED: [],
};

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

  /** Why it was suspended or revoked. */
  @TextColumn({ name: 'revocation_reason', nullable: true })
  statusReason!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Requests per minute, whatever they cost; null: no rate of its own',
  })
  @IntegerColumn({ nullable: true })
  rateLimitPerMinute!: number | null;

  @JsonColumn({ name: 'ip_allow_list', nullable: true })
  networks!: string[] | null;

  @FlagColumn({ name: 'persisted_only', nullable: true })
  isPersistedOnly!: boolean | null;

  @Field(() => DateTime, { nullable: true, description: 'To the minute' })
  @TimeColumn({ nullable: true })
  lastUsedAt!: Date | null;

  callerLimits(): CallerLimits {
    const { rateLimitPerMinute: requestsPerMinute, networks, isPersistedOnly } = this;
    return { requestsPerMinute, networks: networks ?? [], persistedOnly: isPersistedOnly ?? false };
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION; a revoked client never comes back */
  become(to: ClientStatus, reason: string | null): void {
    const allowed = arrows[this.status];
    if (!allowed.includes(to)) {
      throw new DomainError('ILLEGAL_TRANSITION', `A client that is ${this.status} cannot become ${to}`, {
        details: { from: this.status, to, allowed },
      });
    }
    this.status = to;
    this.statusReason = reason;
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION for a revoked client, which is changed no more */
  assertChangeable(): void {
    if (this.status !== 'REVOKED') return;
    throw new DomainError('ILLEGAL_TRANSITION', 'This client has been revoked', {
      details: { from: this.status, to: 'ACTIVE', allowed: [] },
    });
  }
}

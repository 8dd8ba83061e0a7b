import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { type AuditCategory, type AuditOutcome, parseAuditRecord, type AuditRecord } from '#shared/audit';
import { RequireScopes } from '#shared/auth';
import { TenantEntity, VisibleBy, WithoutHistory } from '#shared/database';
import { DateTime } from '#shared/graphql';
import { CodeColumn, FlagColumn, IdColumn, IntegerColumn, TextColumn, TimeColumn } from '#shared/tables';
import { AuditCategoryEnum, AuditOutcomeEnum } from './trail.codes';
import { auditVisibility } from './visibility';

/** A sealed audit record of any subgraph, found by the platform's index. What counts is the record in its own chain. */
@ObjectType('AuditRecord', {
  description: 'Who did what to whose record, when, and by which right: ids and codes, no health information.',
})
@Directive('@key(fields: "id")')
@RequireScopes('auth:audit:read')
@VisibleBy<AuditEntry>('audit_visibility', auditVisibility)
@WithoutHistory('derived from audit_intake of the subgraph named, which is only ever added to')
@Entity('audit_entries')
export class AuditEntry extends TenantEntity {
  @Field(() => ID)
  @IdColumn('aud')
  id!: string;

  @Field({ description: 'Whose chain it is in' })
  @CodeColumn()
  subgraph!: string;

  @Field(() => Int, { description: '1, 2, 3 … within the chain of the organisation and the subgraph' })
  @IntegerColumn()
  sequence!: number;

  @Field(() => DateTime, { name: 'at' })
  @TimeColumn()
  occurredAt!: Date;

  @Field(() => AuditCategoryEnum)
  @CodeColumn()
  category!: AuditCategory;

  @Field()
  @CodeColumn()
  action!: string;

  @Field()
  @CodeColumn()
  resourceType!: string;

  @Field(() => ID, { description: 'The one record touched; the person, when several of a kind were' })
  @CodeColumn()
  resourceId!: string;

  @Field(() => ID, { nullable: true, description: 'Whose record it was' })
  @CodeColumn({ nullable: true })
  patientId!: string | null;

  @CodeColumn({ nullable: true })
  actorUserId!: string | null;

  @Field(() => AuditOutcomeEnum)
  @CodeColumn()
  outcome!: AuditOutcome;

  @Field()
  @FlagColumn()
  breakGlass!: boolean;

  /** Canonical text, as it was hashed. */
  @TextColumn()
  record!: string;

  @Field({ description: 'SHA-256 of the record as RFC 9162 hashes leaves, hexadecimal' })
  @CodeColumn({ name: 'leaf_hash' })
  hash!: string;

  parsed(): AuditRecord {
    return parseAuditRecord(this.record);
  }
}

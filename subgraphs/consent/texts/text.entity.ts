import { createHash } from 'node:crypto';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { ConflictError } from '#shared/errors';
import { DateTime, enumOf } from '#shared/graphql';
import {
  CodeColumn,
  FlagColumn,
  IdColumn,
  IntegerColumn,
  ReferenceColumn,
  TextColumn,
  TimeColumn,
} from '#shared/tables';

export const textStatuses = ['DRAFT', 'IN_LEGAL_REVIEW', 'PUBLISHED', 'SUPERSEDED', 'RETIRED'] as const;
export type TextStatus = (typeof textStatuses)[number];
export const TextStatusEnum = enumOf('TextVersionStatus', textStatuses);

@ObjectType({ description: 'The words a person is shown. A published body never changes: records refer to its hash.' })
@Directive('@key(fields: "id")')
@Authenticated()
@Entity('consent_text_versions')
export class ConsentTextVersion extends TenantEntity {
  @Field(() => ID)
  @IdColumn('ctv')
  id!: string;

  @ReferenceColumn('ctp')
  typeId!: string;

  @Field(() => Int, { description: 'Counts up within type and locale' })
  @IntegerColumn()
  number!: number;

  @Field()
  @CodeColumn()
  locale!: string;

  @Field()
  @TextColumn()
  title!: string;

  @Field()
  @TextColumn()
  body!: string;

  @Field({ description: 'SHA-256 of the body in UTF-8, hexadecimal' })
  @CodeColumn({ name: 'body_sha256' })
  bodySha256!: string;

  @Field(() => TextStatusEnum)
  @CodeColumn()
  status!: TextStatus;

  @Field({ description: 'Consents to earlier texts lapse when this one is published' })
  @FlagColumn()
  requiresReconsent!: boolean;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  publishedAt!: Date | null;

  /** @throws {ConflictError} unless it is a draft: what people have agreed to must not be published anew. */
  publish(at: Date, requiresReconsent: boolean): void {
    if (this.status !== 'DRAFT') throw new ConflictError('Only a draft can be published');
    this.status = 'PUBLISHED';
    this.requiresReconsent = requiresReconsent;
    this.publishedAt = at;
  }
}

export function sha256OfText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

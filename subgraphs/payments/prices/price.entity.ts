import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { CodeColumn, FlagColumn, IdColumn, MoneyColumn, TextColumn } from '#shared/tables';

@ObjectType({ description: 'What something costs. Invoices copy it, so that a later change leaves them alone.' })
@Directive('@key(fields: "id")')
@RequireScopes('payments:prices:read')
@Entity('prices')
export class Price extends TenantEntity {
  @Field(() => ID)
  @IdColumn('prc')
  id!: string;

  @Field({ description: 'Named by services that cost this, e.g. "SKIN-BIOPSY"' })
  @CodeColumn()
  code!: string;

  @Field()
  @TextColumn()
  name!: string;

  @MoneyColumn()
  unitAmountMinor!: number;

  /** ISO 4217 */
  @CodeColumn()
  currency!: string;

  @Field()
  @FlagColumn()
  active!: boolean;
}

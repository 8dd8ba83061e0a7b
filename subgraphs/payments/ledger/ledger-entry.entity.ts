import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { DateTime, enumOf } from '#shared/graphql';
import { CodeColumn, IdColumn, MoneyColumn, TimeColumn } from '#shared/tables';

export const ledgerAccounts = ['RECEIVABLE', 'REVENUE', 'CASH'] as const;
export type LedgerAccount = (typeof ledgerAccounts)[number];
export const LedgerAccountEnum = enumOf('LedgerAccount', ledgerAccounts);

@ObjectType({ description: 'One side of a posting. Entries are only ever added; a mistake is posted back.' })
@RequireScopes('payments:reports:read')
@Entity('ledger_entries')
export class LedgerEntry extends TenantEntity {
  @Field(() => ID)
  @IdColumn('led')
  id!: string;

  @Field(() => DateTime)
  @TimeColumn()
  at!: Date;

  @Field(() => LedgerAccountEnum)
  @CodeColumn()
  account!: LedgerAccount;

  /** Of debit and credit one is 0. */
  @MoneyColumn()
  debitMinor!: number;

  @MoneyColumn()
  creditMinor!: number;

  @CodeColumn()
  currency!: string;

  @Field(() => ID, { description: 'The invoice or payment behind it' })
  @CodeColumn()
  reference!: string;

  /** What happened to it. */
  @Field()
  @CodeColumn()
  kind!: string;
}

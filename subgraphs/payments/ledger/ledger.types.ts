import { ArgsType, Field } from 'type-graphql';
import { connectionType } from '#shared/graphql';
import { PageArgs } from '../page.types';
import { type LedgerAccount, LedgerAccountEnum, LedgerEntry } from './ledger-entry.entity';

export const LedgerEntryConnection = connectionType('LedgerEntry', () => LedgerEntry);

@ArgsType()
export class LedgerArgs extends PageArgs {
  @Field(() => LedgerAccountEnum)
  account!: LedgerAccount;
}

import { Args, Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, listSize, Money } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { LedgerEntry } from './ledger-entry.entity';
import { listLedger } from './ledger.service';
import { LedgerArgs, LedgerEntryConnection } from './ledger.types';

@Resolver(() => LedgerEntry)
export class LedgerResolver {
  @RequireScopes('payments:reports:read')
  @Directive(listSize)
  @Query(() => LedgerEntryConnection, { description: 'The entries of an account, the latest first' })
  async ledger(
    @Args() { account, ...page }: LedgerArgs,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<LedgerEntry>> {
    return connectionOf(await listLedger(unit, account, page));
  }

  @FieldResolver(() => Money, { nullable: true })
  debit(@Root() { debitMinor: amount, currency }: LedgerEntry): Money | null {
    return amount > 0 ? { amount, currency } : null;
  }

  @FieldResolver(() => Money, { nullable: true })
  credit(@Root() { creditMinor: amount, currency }: LedgerEntry): Money | null {
    return amount > 0 ? { amount, currency } : null;
  }
}

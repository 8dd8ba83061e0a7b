import { Args, Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, listSize, Money } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { PageArgs } from '../page.types';
import { Price } from './price.entity';
import { listPrices } from './price.service';
import { PriceConnection } from './price.types';

@Resolver(() => Price)
export class PriceResolver {
  @RequireScopes('payments:prices:read')
  @Directive(listSize)
  @Query(() => PriceConnection)
  async prices(@Args() page: PageArgs, @Ctx() { unit }: RequestContext): Promise<Connection<Price>> {
    return connectionOf(await listPrices(unit, page));
  }

  @FieldResolver(() => Money)
  unit(@Root() { unitAmountMinor: amount, currency }: Price): Money {
    return { amount, currency };
  }
}

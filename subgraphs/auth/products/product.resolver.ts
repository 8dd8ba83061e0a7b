import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { listBy } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { ApiClient } from '../clients/client.entity';
import { Product } from './product.entity';

const clientsOfProduct = listBy(ApiClient, 'productId');

@Resolver(() => Product)
export class ProductResolver {
  @RequireScopes('auth:clients:read')
  @Query(() => [Product])
  products(@Ctx() { unit }: RequestContext): Promise<Product[]> {
    return unit.list(Product, {}, { order: { key: 'ASC' } });
  }

  @RequireScopes('auth:clients:read')
  @FieldResolver(() => [ApiClient])
  clients(@Root() product: Product, @Ctx() context: RequestContext): Promise<ApiClient[]> {
    return context.load(clientsOfProduct, product.id);
  }
}

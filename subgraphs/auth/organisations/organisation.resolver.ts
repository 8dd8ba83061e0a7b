import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, type Region } from '#shared/auth';
import { RegionEnum } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Organisation } from './organisation.entity';

@Resolver(() => Organisation)
export class OrganisationResolver {
  @Authenticated()
  @Query(() => Organisation, { nullable: true })
  organisation(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<Organisation | null> {
    return unit.find(Organisation, id);
  }

  @FieldResolver(() => RegionEnum, { description: 'Where its data is kept' })
  region(@Root() organisation: Organisation): Region {
    return organisation.region;
  }
}

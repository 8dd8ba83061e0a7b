import { Ctx, Query, Resolver } from 'type-graphql';
import { Authenticated } from '#shared/auth';
import { type RequestContext } from '#shared/subgraph';
import { Location } from './location.entity';
import { ServiceType } from './service-type.entity';
import { listLocations, listServiceTypes } from './service-type.service';

@Resolver()
export class ServiceTypeResolver {
  @Authenticated()
  @Query(() => [ServiceType])
  serviceTypes(@Ctx() { unit }: RequestContext): Promise<ServiceType[]> {
    return listServiceTypes(unit);
  }

  @Authenticated()
  @Query(() => [Location])
  locations(@Ctx() { unit }: RequestContext): Promise<Location[]> {
    return listLocations(unit);
  }
}

import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, listBy, listSize, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Schedule } from '../schedules/schedule.entity';
import { Practitioner } from './practitioner.entity';
import { listPractitioners, registerPractitioner } from './practitioner.service';
import { PractitionerConnection, PractitionerFilter, PractitionerInput, PractitionerPayload } from './practitioner.types';

const schedulesOf = listBy(Schedule, 'practitionerId');

@Resolver(() => Practitioner)
export class PractitionerResolver {
  @Authenticated()
  @Query(() => Practitioner, { nullable: true })
  practitioner(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<Practitioner | null> {
    return unit.find(Practitioner, id);
  }

  @Authenticated()
  @Directive(listSize)
  @Query(() => PractitionerConnection)
  async practitioners(
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('filter', () => PractitionerFilter, { nullable: true }) filter: PractitionerFilter | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Practitioner>> {
    return connectionOf(await listPractitioners(unit, { first, after }, filter ?? {}));
  }

  @RequireScopes('scheduling:practitioners:write')
  @Mutation(() => PractitionerPayload)
  registerPractitioner(
    @Arg('idempotencyKey', () => ID) idempotencyKey: string,
    @Arg('userId', () => ID, { nullable: true }) userId: string | null,
    @Arg('input') input: PractitionerInput,
    @Ctx() { unit }: RequestContext,
  ): Promise<PractitionerPayload> {
    return respond('practitioner', registerPractitioner(unit, { idempotencyKey, userId: userId ?? null, input }));
  }

  @FieldResolver(() => [Schedule])
  schedules(@Root() practitioner: Practitioner, @Ctx() context: RequestContext): Promise<Schedule[]> {
    return context.load(schedulesOf, practitioner.id);
  }
}

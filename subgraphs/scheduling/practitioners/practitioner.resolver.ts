import { Arg, Args, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, listBy, listSize, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Schedule } from '../schedules/schedule.entity';
import { Practitioner } from './practitioner.entity';
import { listPractitioners, registerPractitioner } from './practitioner.service';
import {
  PractitionerConnection,
  PractitionerPayload,
  PractitionersArgs,
  RegisterPractitionerArgs,
} from './practitioner.types';

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
    @Args() args: PractitionersArgs,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Practitioner>> {
    return connectionOf(await listPractitioners(unit, args));
  }

  @RequireScopes('scheduling:practitioners:write')
  @Mutation(() => PractitionerPayload)
  registerPractitioner(
    @Args() args: RegisterPractitionerArgs,
    @Ctx() { unit }: RequestContext,
  ): Promise<PractitionerPayload> {
    return respond('practitioner', registerPractitioner(unit, args));
  }

  @FieldResolver(() => [Schedule])
  schedules(@Root() practitioner: Practitioner, @Ctx() context: RequestContext): Promise<Schedule[]> {
    return context.load(schedulesOf, practitioner.id);
  }
}

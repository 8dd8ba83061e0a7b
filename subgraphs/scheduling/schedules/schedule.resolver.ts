import { Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Location } from '../services/location.entity';
import { Schedule } from './schedule.entity';
import { setSchedule } from './schedule.service';
import { SchedulePayload, SetScheduleArgs } from './schedule.types';

const practitionerById = byId(Practitioner);
const locationById = byId(Location);

@Resolver(() => Schedule)
export class ScheduleResolver {
  @RequireScopes('scheduling:schedules:write')
  @Mutation(() => SchedulePayload)
  setSchedule(@Args() hours: SetScheduleArgs, @Ctx() { unit }: RequestContext): Promise<SchedulePayload> {
    return respond('schedule', setSchedule(unit, hours));
  }

  @FieldResolver(() => Practitioner, { nullable: true })
  practitioner(@Root() schedule: Schedule, @Ctx() context: RequestContext): Promise<Practitioner | null> {
    return context.load(practitionerById, schedule.practitionerId);
  }

  @FieldResolver(() => Location, { nullable: true })
  location(@Root() schedule: Schedule, @Ctx() context: RequestContext): Promise<Location | null> | null {
    return schedule.locationId === null ? null : context.load(locationById, schedule.locationId);
  }
}

import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, respond, TimeZone } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Location } from '../services/location.entity';
import { AvailabilityRule, Schedule } from './schedule.entity';
import { setSchedule } from './schedule.service';
import { SchedulePayload } from './schedule.types';

const practitionerById = byId(Practitioner);
const locationById = byId(Location);

@Resolver(() => Schedule)
export class ScheduleResolver {
  @RequireScopes('scheduling:schedules:write')
  @Mutation(() => SchedulePayload)
  setSchedule(
    @Arg('practitionerId', () => ID) practitionerId: string,
    @Arg('locationId', () => ID, { nullable: true }) locationId: string | null,
    @Arg('timeZone', () => TimeZone) timeZone: string,
    @Arg('rules', () => [AvailabilityRule]) rules: AvailabilityRule[],
    @Ctx() { unit }: RequestContext,
  ): Promise<SchedulePayload> {
    return respond('schedule', setSchedule(unit, { practitionerId, locationId: locationId ?? null, timeZone, rules }));
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

import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Authenticated } from '#shared/auth';
import { byId, DateTime, TimeZone } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type SchedulingPorts } from '../ports';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Location } from '../services/location.entity';
import { availableSlots } from './slot.service';
import { signSlot } from './slot-token';
import { Slot } from './slot.types';

const practitionerById = byId(Practitioner);
const locationById = byId(Location);

@Resolver(() => Slot)
export class SlotResolver {
  @Authenticated()
  @Directive('@cost(weight: 20)')
  @Query(() => [Slot], { description: 'Free times in order, at most 62 days and the first 1,000 of them.' })
  // eslint-disable-next-line @typescript-eslint/max-params -- type-graphql: each argument of the field is one of the method
  availableSlots(
    @Arg('serviceTypeId', () => ID) serviceTypeId: string,
    @Arg('from', () => DateTime) from: Date,
    @Arg('to', () => DateTime) to: Date,
    @Arg('practitionerIds', () => [ID], { nullable: true }) practitionerIds: string[] | null,
    @Arg('locationId', () => ID, { nullable: true }) locationId: string | null,
    @Arg('timeZone', () => TimeZone) timeZone: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<Slot[]> {
    const only = { practitionerIds: practitionerIds ?? null, locationId: locationId ?? null };
    return availableSlots(unit, { serviceTypeId, from, to, timeZone, ...only });
  }

  @FieldResolver(() => String, { description: 'Books this slot; good for an hour unless configured otherwise' })
  token(@Root() slot: Slot, @Ctx() { unit, at, ports }: RequestContext<SchedulingPorts>): Promise<string> {
    const { practitionerId, serviceTypeId, locationId, start } = slot;
    const untilMs = at.getTime() + ports.slotTokenMinutes * 60_000;
    return signSlot(unit, { practitionerId, serviceTypeId, locationId, startMs: start.getTime(), untilMs });
  }

  @FieldResolver(() => Practitioner, { nullable: true })
  practitioner(@Root() slot: Slot, @Ctx() context: RequestContext): Promise<Practitioner | null> {
    return context.load(practitionerById, slot.practitionerId);
  }

  @FieldResolver(() => Location, { nullable: true })
  location(@Root() slot: Slot, @Ctx() context: RequestContext): Promise<Location | null> | null {
    return slot.locationId === null ? null : context.load(locationById, slot.locationId);
  }
}

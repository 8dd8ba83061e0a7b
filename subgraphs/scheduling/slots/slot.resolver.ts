import { Args, Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Authenticated } from '#shared/auth';
import { byId } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type SchedulingPorts } from '../ports';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Location } from '../services/location.entity';
import { availableSlots } from './slot.service';
import { signSlot } from './slot-token';
import { AvailableSlotsArgs, Slot } from './slot.types';

const practitionerById = byId(Practitioner);
const locationById = byId(Location);

@Resolver(() => Slot)
export class SlotResolver {
  @Authenticated()
  @Directive('@cost(weight: 20)')
  @Query(() => [Slot], { description: 'Free times in order, at most 62 days and the first 1,000 of them.' })
  availableSlots(@Args() query: AvailableSlotsArgs, @Ctx() { unit }: RequestContext): Promise<Slot[]> {
    return availableSlots(unit, query);
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

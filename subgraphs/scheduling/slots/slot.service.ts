import { Between, In, MoreThan } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { InputError, NotFoundError } from '#shared/errors';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Schedule } from '../schedules/schedule.entity';
import { ServiceType } from '../services/service-type.entity';
import { cellMs, SlotClaim } from './slot-claim.entity';
import { cellsOf, localTime, patientTime, practitionerTime, slotStarts, type SlotRange } from './slot-times';
import { invalidSlot, type SlotOffer } from './slot-token';
import { type Slot } from './slot.types';

const dayMs = 86_400_000;
const longestRangeDays = 62;
const mostPractitioners = 100;
const mostSlots = 1_000;
/** No appointment is longer, buffers included, so none that began earlier can still block a range. */
const longestSpan = dayMs / cellMs;
const mostAppointments = 50_000;

export interface SlotQuery {
  readonly serviceTypeId: string;
  readonly from: Date;
  readonly to: Date;
  readonly practitionerIds?: readonly string[] | null;
  readonly locationId?: string | null;
  readonly timeZone: string;
}

/** @throws {DomainError} NOT_FOUND for an unknown service; BAD_USER_INPUT for a range that is empty or too long. */
export async function availableSlots(unit: UnitOfWork, query: SlotQuery): Promise<Slot[]> {
  const { from, to, practitionerIds } = query;
  if (to <= from) throw new InputError('The range ends before it begins', ['to']);
  if (to.getTime() - from.getTime() > longestRangeDays * dayMs) {
    throw new InputError(`Ask for at most ${String(longestRangeDays)} days at once`, ['to']);
  }
  if ((practitionerIds?.length ?? 0) > mostPractitioners) {
    throw new InputError(`Ask for at most ${String(mostPractitioners)} practitioners at once`, ['practitionerIds']);
  }
  const service = await getActiveService(unit, query.serviceTypeId);
  const schedules = await schedulesOf(unit, query);
  return freeSlots(unit, { service, schedules, range: { from, to, at: unit.at }, timeZone: query.timeZone });
}

/** The next three times the same practitioner is free for the same service, within two weeks. */
export async function nextFree(unit: UnitOfWork, offer: SlotOffer): Promise<Date[]> {
  const { practitionerId, serviceTypeId, startMs } = offer;
  const slots = await availableSlots(unit, {
    ...{ serviceTypeId, practitionerIds: [practitionerId], locationId: offer.locationId, timeZone: 'UTC' },
    from: new Date(startMs),
    to: new Date(startMs + 14 * dayMs),
  });
  return slots.slice(0, 3).map(({ start }) => start);
}

/**
 * The service and schedule behind an offer that still stands, taken or not.
 * @throws {DomainError} SLOT_INVALID when it is too old, too soon, or outside what the schedule has become.
 */
export async function resolveOffer(
  unit: UnitOfWork,
  offer: SlotOffer,
): Promise<{ service: ServiceType; schedule: Schedule }> {
  if (offer.untilMs < unit.at.getTime()) throw invalidSlot('This slot was shown too long ago: ask for slots again');
  const { practitionerId, serviceTypeId, startMs } = offer;
  const service = await unit.findBy(ServiceType, { id: serviceTypeId, active: true });
  const practitioner = await unit.findBy(Practitioner, { id: practitionerId, status: 'ACTIVE' });
  const range = { from: new Date(startMs), to: new Date(startMs + 1), at: unit.at };
  const schedules = practitioner ? await unit.list(Schedule, { practitionerId }) : [];
  const schedule = schedules.find(
    (one) => service && one.locationId === offer.locationId && slotStarts(one, service, range).includes(startMs),
  );
  if (!service || !schedule) throw invalidSlot('This slot is no longer offered');
  return { service, schedule };
}

async function getActiveService(unit: UnitOfWork, id: string): Promise<ServiceType> {
  const service = await unit.findBy(ServiceType, { id, active: true });
  if (!service) throw new NotFoundError('ServiceType');
  return service;
}

async function schedulesOf(unit: UnitOfWork, { practitionerIds, locationId }: SlotQuery): Promise<Schedule[]> {
  const asked = practitionerIds ? { id: In([...practitionerIds]) } : {};
  const practitioners = await unit.list(Practitioner, { status: 'ACTIVE', ...asked }, { take: mostPractitioners });
  const ids = practitioners.map(({ id }) => id);
  return unit.list(Schedule, { practitionerId: In(ids), ...(locationId && { locationId }) });
}

interface Search {
  readonly service: ServiceType;
  readonly schedules: readonly Schedule[];
  readonly range: SlotRange;
  readonly timeZone: string;
}

async function freeSlots(unit: UnitOfWork, { service, schedules, range, timeZone }: Search): Promise<Slot[]> {
  const taken = await takenCells(unit, schedules, range);
  const free = schedules.flatMap(({ practitionerId, locationId, ...schedule }) =>
    slotStarts(schedule, service, range)
      .filter((startMs) =>
        cellsOf(practitionerTime(service, startMs)).every((cell) => !taken.has(`${practitionerId}|${String(cell)}`)),
      )
      .map((startMs) => ({ practitionerId, locationId, startMs })),
  );
  free.sort((a, b) => a.startMs - b.startMs);
  return free.slice(0, mostSlots).map(({ startMs, ...of }) => {
    const start = new Date(startMs);
    const end = new Date(patientTime(service, startMs).endMs);
    return { ...of, serviceTypeId: service.id, start, end, localStart: localTime(start, timeZone), timeZone };
  });
}

/** `practitioner|cell` of all that is taken in the range and a day on either side, where buffers and long appointments reach. */
async function takenCells(
  unit: UnitOfWork,
  schedules: readonly Schedule[],
  { from, to }: SlotRange,
): Promise<Set<string>> {
  const ownerIds = [...new Set(schedules.map(({ practitionerId }) => practitionerId))];
  const [first, last] = [from, to].map((instant) => Math.floor(instant.getTime() / cellMs));
  const cell = Between((first ?? 0) - 2 * longestSpan, (last ?? 0) + longestSpan);
  const where = { ownerType: 'PRACTITIONER' as const, ownerId: In(ownerIds), cell, span: MoreThan(0) };
  const claims = await unit.list(SlotClaim, where, { take: mostAppointments });
  return new Set(
    claims.flatMap((claim) =>
      Array.from({ length: claim.span }, (_, index) => `${claim.ownerId}|${String(claim.cell + index)}`),
    ),
  );
}

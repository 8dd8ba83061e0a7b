import { Between, In, MoreThan } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { InputError, NotFoundError } from '#shared/errors';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Schedule } from '../schedules/schedule.entity';
import { ServiceType } from '../services/service-type.entity';
import { cellMs, SlotClaim, type SlotOwner } from './slot-claim.entity';
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

/** The next three times, within two weeks, at which practitioner and patient both are free for the same service. */
export async function nextFree(unit: UnitOfWork, offer: SlotOffer, patientId: string): Promise<Date[]> {
  const near = await freeForBoth(unit, offer, { patientId, days: 3 });
  const slots = near.length >= 3 ? near : await freeForBoth(unit, offer, { patientId, days: 14 });
  return slots.slice(0, 3).map(({ start }) => start);
}

async function freeForBoth(
  unit: UnitOfWork,
  { practitionerId, serviceTypeId, locationId, startMs }: SlotOffer,
  { patientId, days }: { patientId: string; days: number },
): Promise<Slot[]> {
  const range = { from: new Date(startMs), to: new Date(startMs + days * dayMs) };
  const query = { serviceTypeId, locationId, practitionerIds: [practitionerId], timeZone: 'UTC', ...range };
  const slots = await availableSlots(unit, query);
  const taken = await takenCells(unit, { ownerType: 'PATIENT', ownerIds: [patientId] }, range);
  return slots.filter(({ start, end }) =>
    cellsOf({ startMs: start.getTime(), endMs: end.getTime() }).every((cell) => !taken.has(keyOf(patientId, cell))),
  );
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
  const ownerIds = schedules.map(({ practitionerId }) => practitionerId);
  const taken = await takenCells(unit, { ownerType: 'PRACTITIONER', ownerIds }, range);
  const around = practitionerTime(service, 0);
  const isFree = (practitionerId: string, startMs: number): boolean =>
    cellsOf({ startMs: startMs + around.startMs, endMs: startMs + around.endMs }).every(
      (cell) => !taken.has(keyOf(practitionerId, cell)),
    );
  const free = schedules.flatMap(({ practitionerId, locationId, ...schedule }) =>
    slotStarts(schedule, service, range)
      .filter((startMs) => isFree(practitionerId, startMs))
      .map((startMs) => ({ practitionerId, locationId, startMs })),
  );
  free.sort((a, b) => a.startMs - b.startMs);
  return free.slice(0, mostSlots).map(({ startMs, ...of }) => {
    const start = new Date(startMs);
    const end = new Date(patientTime(service, startMs).endMs);
    return { ...of, serviceTypeId: service.id, start, end, localStart: localTime(start, timeZone), timeZone };
  });
}

/** What is taken of these people's time in the range and a day on either side, where buffers and long appointments reach. */
async function takenCells(
  unit: UnitOfWork,
  { ownerType, ownerIds }: { ownerType: SlotOwner; ownerIds: readonly string[] },
  { from, to }: Pick<SlotRange, 'from' | 'to'>,
): Promise<ReadonlySet<string>> {
  const first = Math.floor(from.getTime() / cellMs) - 2 * longestSpan;
  const last = Math.floor(to.getTime() / cellMs) + longestSpan;
  const where = { ownerType, ownerId: In([...new Set(ownerIds)]), cell: Between(first, last), span: MoreThan(0) };
  const claims = await unit.list(SlotClaim, where, { take: mostAppointments });
  return new Set(
    claims.flatMap(({ ownerId, cell, span }) =>
      Array.from({ length: span }, (_, index) => keyOf(ownerId, cell + index)),
    ),
  );
}

function keyOf(ownerId: string, cell: number): string {
  return `${ownerId}|${String(cell)}`;
}

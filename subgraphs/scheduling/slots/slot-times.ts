import { DateTime } from 'luxon';
import { type AvailabilityRule, type Schedule } from '../schedules/schedule.entity';
import { minutesOf, type ServiceType } from '../services/service-type.entity';
import { cellMs } from './slot-claim.entity';

const minuteMs = 60_000;

export interface SlotRange {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  /** Now: notice and horizon count from it. */
  readonly at: Date;
}

export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * When appointments of a service could begin by a schedule, in order, whether taken or not. Hours are wall-clock: on the
 * days when clocks change, 08:00 is still 08:00 and the hour that is skipped has no slots.
 */
export function slotStarts(
  schedule: Pick<Schedule, 'timeZone' | 'rules'>,
  service: Pick<ServiceType, 'id' | 'duration' | 'slotInterval' | 'minimumNotice' | 'maximumHorizon'>,
  { from, to, at }: SlotRange,
): number[] {
  const earliestMs = Math.max(from.getTime(), at.getTime() + minutesOf(service.minimumNotice) * minuteMs);
  const beforeMs = Math.min(to.getTime(), at.getTime() + minutesOf(service.maximumHorizon) * minuteMs);
  const rules = schedule.rules.filter((rule) => isFor(rule, service.id));
  const starts = new Set<number>();
  for (const day of localDays(schedule.timeZone, earliestMs, beforeMs)) {
    for (const rule of rules.filter(({ weekdays }) => weekdays.includes(day.weekday))) {
      for (const startMs of startsWithin(hoursOf(rule, day, schedule.timeZone), service)) {
        if (startMs >= earliestMs && startMs < beforeMs) starts.add(startMs);
      }
    }
  }
  return [...starts].sort((a, b) => a - b);
}

/** What an appointment takes of the practitioner's time: itself and the buffers around it. */
export function practitionerTime(service: ServiceType, startMs: number): Interval {
  const { endMs } = patientTime(service, startMs);
  return {
    startMs: startMs - minutesOf(service.bufferBefore) * minuteMs,
    endMs: endMs + minutesOf(service.bufferAfter) * minuteMs,
  };
}

/** What an appointment takes of the patient's time. */
export function patientTime(service: Pick<ServiceType, 'duration'>, startMs: number): Interval {
  return { startMs, endMs: startMs + minutesOf(service.duration) * minuteMs };
}

/** Numbers of the cells an interval touches. */
export function cellsOf({ startMs, endMs }: Interval): number[] {
  const first = Math.floor(startMs / cellMs);
  return Array.from({ length: Math.ceil(endMs / cellMs) - first }, (_, index) => first + index);
}

export function localTime(instant: Date, timeZone: string): string {
  return DateTime.fromJSDate(instant, { zone: timeZone }).toFormat("yyyy-MM-dd'T'HH:mm");
}

/** A rule without services is for all of them. */
function isFor({ serviceTypeIds }: AvailabilityRule, serviceTypeId: string): boolean {
  return serviceTypeIds.length === 0 || serviceTypeIds.includes(serviceTypeId);
}

function* localDays(zone: string, earliestMs: number, beforeMs: number): Generator<DateTime> {
  let day = DateTime.fromJSDate(new Date(earliestMs), { zone }).startOf('day');
  while (day.toMillis() < beforeMs) {
    yield day;
    day = day.plus({ days: 1 });
  }
}

function hoursOf({ start, end }: AvailabilityRule, day: DateTime, zone: string): Interval {
  const at = (clock: string): number => {
    const [hour = 0, minute = 0] = clock.split(':').map(Number);
    return DateTime.fromObject({ year: day.year, month: day.month, day: day.day, hour, minute }, { zone }).toMillis();
  };
  return { startMs: at(start), endMs: at(end) };
}

function* startsWithin(hours: Interval, service: Pick<ServiceType, 'duration' | 'slotInterval'>): Generator<number> {
  const stepMs = minutesOf(service.slotInterval) * minuteMs;
  const lastMs = hours.endMs - minutesOf(service.duration) * minuteMs;
  for (let startMs = hours.startMs; startMs <= lastMs; startMs += stepMs) yield startMs;
}

import { IsNull } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Location } from '../services/location.entity';
import { ServiceType } from '../services/service-type.entity';
import { type AvailabilityRule, Schedule } from './schedule.entity';

export interface WorkingHours {
  readonly practitionerId: string;
  readonly locationId?: string | null;
  readonly timeZone: string;
  readonly rules: AvailabilityRule[];
}

const mostRules = 50;

/**
 * Sets when a practitioner works at a place, in the place of what was set before. Appointments already made stay.
 * @throws {DomainError} NOT_FOUND; BAD_USER_INPUT for hours that end before they begin or weekdays that are none.
 */
export async function setSchedule(unit: UnitOfWork, hours: WorkingHours): Promise<Schedule> {
  const { practitionerId, locationId = null, timeZone, rules } = hours;
  assertRules(rules);
  return unit.transaction(async (tx) => {
    await tx.get(Practitioner, practitionerId);
    if (locationId !== null) await tx.get(Location, locationId);
    for (const id of new Set(rules.flatMap(({ serviceTypeIds }) => serviceTypeIds))) await tx.get(ServiceType, id);
    const stored = rules.map(({ weekdays, start, end, serviceTypeIds }) => ({ weekdays, start, end, serviceTypeIds }));
    const existing = await tx.findBy(Schedule, { practitionerId, locationId: locationId ?? IsNull() });
    if (!existing)
      return tx.create(Schedule, { id: newId('sch'), practitionerId, locationId, timeZone, rules: stored });
    existing.timeZone = timeZone;
    existing.rules = stored;
    return tx.save(existing);
  });
}

function assertRules(rules: readonly AvailabilityRule[]): void {
  if (rules.length > mostRules) throw new InputError(`A schedule has at most ${String(mostRules)} rules`, ['rules']);
  for (const { weekdays, start, end } of rules) {
    // HH:MM compares as text.
    if (start >= end) throw new InputError('Working hours end after they begin, on the same day', ['rules']);
    if (weekdays.length === 0 || weekdays.some((day) => day < 1 || day > 7)) {
      throw new InputError('Weekdays are numbers from 1 (Monday) to 7 (Sunday)', ['rules']);
    }
  }
}

import { type DemoContext, type DemoPerson } from '#shared/subgraph';
import { type UnitOfWork } from '#shared/database';
import { registerPractitioner } from './practitioners/practitioner.service';
import { type SchedulingPorts } from './ports';
import { setSchedule } from './schedules/schedule.service';
import { type ServiceType } from './services/service-type.entity';
import { createLocation, createServiceType } from './services/service-type.service';

const places = {
  UK: { timeZone: 'Europe/London', line1: '1 Example Street', city: 'London', postalCode: 'EX1 1EX', country: 'GB' },
  US: { timeZone: 'America/New_York', line1: '1 Example Avenue', city: 'Boston', postalCode: '00000', country: 'US' },
} as const;

const common = {
  ...{ bufferBefore: 'PT0M', slotInterval: 'PT15M', minimumNotice: 'PT1H', maximumHorizon: 'P180D' },
  ...{ cancellationNotice: 'PT24H', virtual: false, requiresConfirmation: false },
} as const;

const services = [
  {
    key: 'dermatology-follow-up',
    name: 'Dermatology follow-up',
    duration: 'PT30M',
    bufferAfter: 'PT0M',
    priceCode: 'DERMATOLOGY-FOLLOW-UP',
  },
  { key: 'skin-biopsy', name: 'Skin biopsy', duration: 'PT45M', bufferAfter: 'PT15M', priceCode: 'SKIN-BIOPSY' },
] as const;

/** A location, two services, and the organisation's practitioners at work from Monday to Friday. */
export async function seedDemo(context: DemoContext<SchedulingPorts>): Promise<Readonly<Record<string, unknown>>> {
  const { unit, organisation, people } = context;
  const place = places[organisation.region];
  const location = await createLocation(unit, { ...place, name: organisation.name, virtual: false });
  const serviceTypeIds: Record<string, string> = {};
  for (const service of services) {
    const created: ServiceType = await createServiceType(unit, { ...common, ...service });
    serviceTypeIds[service.key] = created.id;
  }
  const working = { locationId: location.id, timeZone: place.timeZone };
  for (const person of people) await employ(unit, person, working);
  return { locationId: location.id, serviceTypeIds };
}

async function employ(
  unit: UnitOfWork,
  { practitionerId, userId, firstName, lastName }: DemoPerson,
  { locationId, timeZone }: { locationId: string; timeZone: string },
): Promise<void> {
  if (practitionerId === null) return;
  const input = {
    displayName: `Dr ${firstName} ${lastName}`,
    title: 'Dr',
    kind: 'DERMATOLOGIST',
    languages: ['en'],
  } as const;
  await registerPractitioner(unit, {
    ...{ idempotencyKey: `demo-${practitionerId}`, id: practitionerId, userId },
    input: { ...input, languages: [...input.languages] },
  });
  const rules = [{ weekdays: [1, 2, 3, 4, 5], start: '08:00', end: '18:00', serviceTypeIds: [] }];
  await setSchedule(unit, { practitionerId, locationId, timeZone, rules });
}

import fc from 'fast-check';
import { DateTime } from 'luxon';
import { cellsOf, slotStarts } from './slot-times';

const service = { id: 'svc', duration: 'PT30M', slotInterval: 'PT15M', minimumNotice: 'PT0M', maximumHorizon: 'P365D' };
const hours = (start: string, end: string, timeZone = 'Europe/London'): Parameters<typeof slotStarts>[0] => ({
  timeZone,
  rules: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], start, end, serviceTypeIds: [] }],
});
const inTheMorningOf = (day: string, schedule: ReturnType<typeof hours>): string[] => {
  const from = new Date(`${day}T00:00:00Z`);
  return slotStarts(schedule, service, { from, to: new Date(from.getTime() + 43_200_000), at: from }).map((ms) =>
    new Date(ms).toISOString().slice(11, 16),
  );
};

test('keeps the clock on the wall when summer time begins and ends', () => {
  expect(inTheMorningOf('2026-03-28', hours('08:00', '09:00'))).toEqual(['08:00', '08:15', '08:30']);
  expect(inTheMorningOf('2026-03-29', hours('08:00', '09:00'))).toEqual(['07:00', '07:15', '07:30']);
  expect(inTheMorningOf('2026-10-25', hours('08:00', '09:00'))).toEqual(['08:00', '08:15', '08:30']);
});

test('has no slots in the hour that is skipped, and none twice in the hour that is repeated', () => {
  expect(inTheMorningOf('2026-03-29', hours('01:00', '02:00'))).toEqual([]);
  expect(inTheMorningOf('2026-03-29', hours('00:30', '02:30'))).toEqual(['00:30', '00:45', '01:00']);
  const repeated = inTheMorningOf('2026-10-25', hours('00:30', '03:00'));
  expect(new Set(repeated).size).toBe(repeated.length);
});

test('offers nothing sooner than the notice, later than the horizon, or for a service the hours are not for', () => {
  const at = new Date('2026-06-01T08:00:00Z');
  const range = { from: at, to: new Date('2026-06-04T00:00:00Z'), at };
  const careful = { ...service, minimumNotice: 'PT2H', maximumHorizon: 'P1D' };
  const starts = slotStarts(hours('08:00', '18:00'), careful, range);
  expect(Math.min(...starts)).toBe(Date.parse('2026-06-01T10:00:00Z'));
  expect(Math.max(...starts)).toBeLessThan(Date.parse('2026-06-02T08:00:00Z'));
  const others = {
    timeZone: 'Europe/London',
    rules: [{ weekdays: [1], start: '08:00', end: '18:00', serviceTypeIds: ['another'] }],
  };
  expect(slotStarts(others, service, range)).toEqual([]);
});

test('lies within working hours in every zone on every day', () => {
  const zones = fc.constantFrom(
    'Europe/London',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/St_Johns',
  );
  const days = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(zones, days, (timeZone, from) => {
      const to = new Date(from.getTime() + 3 * 86_400_000);
      const starts = slotStarts(hours('08:00', '17:00', timeZone), service, { from, to, at: from });
      expect(starts.length).toBeGreaterThanOrEqual(2 * 34);
      for (const ms of starts) {
        const clock = DateTime.fromJSDate(new Date(ms), { zone: timeZone }).toFormat('HH:mm');
        expect(clock >= '08:00' && clock <= '16:30').toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('takes cells so that intervals overlap exactly when they share one, for times on whole cells', () => {
  const cell = fc.integer({ min: 0, max: 40 });
  const interval = fc
    .tuple(cell, fc.integer({ min: 1, max: 10 }))
    .map(([start, length]) => ({ startMs: start * 300_000, endMs: (start + length) * 300_000 }));
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      const shared = cellsOf(a).some((one) => cellsOf(b).includes(one));
      expect(shared).toBe(a.startMs < b.endMs && b.startMs < a.endMs);
    }),
  );
});

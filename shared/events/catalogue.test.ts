import fc from 'fast-check';
import { newId, type IdPrefix } from '#shared/ids';
import { checkEventData, eventTypes, isEventType, type EventType } from '#shared/events';

const ids = ['case', 'pat', 'usr', 'rev', 'air'] as const satisfies readonly IdPrefix[];
const [caseId, patientId, userId, reviewId, aiReviewId] = ids.map((prefix) => newId(prefix));

const final = {
  ...{ caseId, patientId, reviewId, aiReviewId: null },
  ...{ management: 'BIOPSY', decidedBy: 'HUMAN', overallClass: 'MELANOMA', malignancy: 'MALIGNANT' },
};

test('accepts ids, listed codes and null where the catalogue allows it', () => {
  expect(() => {
    checkEventData('reviews.decision.final', final);
  }).not.toThrow();
});

test.each([
  ['an unknown field', { ...final, patientName: 'X' }],
  ['a missing field', { ...final, caseId: undefined }],
  ['null where it is not allowed', { ...final, caseId: null }],
  ['the id of another kind', { ...final, patientId: userId }],
  ['a code that is not listed', { ...final, management: 'WAIT' }],
  ['a structure', { ...final, caseId: { caseId } }],
  ['an inherited name', { ...final, toString: aiReviewId }],
])('refuses %s', (_what, data) => {
  expect(() => {
    checkEventData('reviews.decision.final', data);
  }).toThrow(TypeError);
});

test('refuses types that are not in the catalogue, inherited names among them', () => {
  expect(isEventType('clinical.patient.renamed')).toBe(false);
  expect(isEventType('constructor')).toBe(false);
});

test('refuses free text in every field of every event, and does not repeat it', () => {
  const types = Object.keys(eventTypes).filter(isEventType);
  const places = types.flatMap((type) =>
    Object.keys(eventTypes[type]).map((name): [EventType, string] => [type, name]),
  );
  const prose = fc.tuple(fc.string(), fc.string()).map(([one, other]) => `${one}Mrs Jones, ${other}`);
  fc.assert(
    fc.property(fc.constantFrom(...places), prose, ([type, name], text) => {
      let message = '';
      try {
        checkEventData(type, { [name]: text });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toContain(name);
      expect(message).not.toContain('Jones');
    }),
    { numRuns: 1_000 },
  );
});

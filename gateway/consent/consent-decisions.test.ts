import { serviceActor } from '#shared/auth';
import { silentLogger } from '#shared/logging';
import { ConsentDecisions, type ConsentEvents } from './consent-decisions';
import { type ConsentSource } from './consent-source';

const ask = { purpose: 'P', dataCategory: 'CLINICAL', subject: 'person-1' };
const caller = {
  actor: serviceActor('viewer', { organisationId: 'org_one', region: 'UK' }, []),
  correlationId: 'correlation-1',
};

/** Decisions over a source that permits everything and counts its questions, at a time that the test sets. */
function decisionsAt(events: ConsentEvents | null): {
  readonly decisions: ConsentDecisions;
  readonly questions: () => number;
  readonly setTime: (ms: number) => void;
} {
  let [nowMs, asked] = [0, 0];
  const source: ConsentSource = {
    decide: ({ subjects }) => {
      asked += 1;
      return Promise.resolve(
        subjects.map(() => ({ permitted: true, reason: 'RECORD', consentType: null, cacheForSeconds: 600 })),
      );
    },
  };
  const decisions = new ConsentDecisions({ source, events, invalidatedBy: [], log: silentLogger, now: () => nowMs });
  return { decisions, questions: () => asked, setTime: (ms) => (nowMs = ms) };
}

const listening = (isFollowing: () => boolean): ConsentEvents => ({ subscribe: () => () => undefined, isFollowing });

test.each([
  { rule: 'for a minute where changes are heard of', events: listening(() => true), lapsesAtMs: 60_000 },
  { rule: 'for a second where they may come late', events: listening(() => false), lapsesAtMs: 1_000 },
  { rule: 'for a second where there is nobody to tell', events: null, lapsesAtMs: 1_000 },
])('keeps a decision $rule, whatever the source says', async ({ events, lapsesAtMs }) => {
  const { decisions, questions, setTime } = decisionsAt(events);
  await decisions.decide([ask], caller);
  setTime(lapsesAtMs - 1);
  await decisions.decide([ask], caller);
  expect(questions()).toBe(1);
  setTime(lapsesAtMs);
  await decisions.decide([ask], caller);
  expect(questions()).toBe(2);
});

test('trusts no decision older than a second once the events are interrupted', async () => {
  let isFollowing = true;
  const { decisions, questions, setTime } = decisionsAt(listening(() => isFollowing));
  await decisions.decide([ask], caller);
  setTime(30_000);
  isFollowing = false;
  await decisions.decide([ask], caller);
  expect(questions()).toBe(2);
});

test('asks once for all requests of one viewer that come together, and apart for another', async () => {
  const { decisions, questions } = decisionsAt(listening(() => true));
  const other = { ...caller, actor: { ...caller.actor, userId: 'usr_2' } };
  const answers = await Promise.all([
    decisions.decide([ask, { ...ask, subject: 'person-2' }], caller),
    decisions.decide([{ ...ask, subject: 'person-3' }, ask], caller),
    decisions.decide([ask], other),
  ]);
  expect(answers.map((all) => all.map(({ subject }) => subject))).toEqual([
    ['person-1', 'person-2'],
    ['person-3', 'person-1'],
    ['person-1'],
  ]);
  expect(questions()).toBe(2);
});

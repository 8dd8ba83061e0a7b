import fc from 'fast-check';
import { type ConsentProvision } from '../records/provision';
import { type ConsentAction } from '../records/record.codes';
import { type DataCategory } from '../types/type.codes';
import { type Answer, decide, type Ground, nextChangeAt, type Question } from './decision.policy';

const at = new Date('2026-01-01T00:00:00Z');
const question: Question = {
  purpose: 'AI_ANALYSIS',
  action: 'AI_PROCESS',
  dataCategory: 'IMAGE',
  actorIds: ['usr_1'],
  organisationId: 'org_1',
  at,
};
const explicit: Ground = { bases: ['GDPR_9_2_A_EXPLICIT_CONSENT'], lapsedTextIds: new Set() };
const care: Ground = { bases: ['GDPR_9_2_H_HEALTH_CARE'], lapsedTextIds: new Set() };

const minutesAgo = (minutes: number): Date => new Date(at.getTime() - minutes * 60_000);
const answer = (values: Partial<Answer> = {}): Answer => ({
  ...{ typeId: 'ctp_a', textVersionId: 'ctv_1', purpose: 'AI_ANALYSIS', status: 'GRANTED', decision: 'PERMIT' },
  ...{ provisions: [], validFrom: minutesAgo(60), validUntil: null, withdrawnAt: null },
  ...values,
});
const provision = (values: Partial<ConsentProvision> = {}): ConsentProvision => ({
  ...{ effect: 'DENY', actors: [], organisations: [], actions: ['AI_PROCESS'], dataCategories: ['IMAGE'] },
  ...values,
});
const permits = (answers: readonly Answer[], ground = explicit): boolean => decide(answers, ground, question).permitted;

const effects = fc.constantFrom('PERMIT' as const, 'DENY' as const);
const instants = fc.integer({ min: 0, max: 6 }).map(minutesAgo);
const provisions: fc.Arbitrary<ConsentProvision> = fc.record({
  effect: effects,
  actors: fc.constantFrom<string[]>([], ['usr_1'], ['usr_2']),
  organisations: fc.constantFrom<string[]>([], ['org_1'], ['org_2']),
  actions: fc.constantFrom<ConsentAction[]>(['AI_PROCESS'], ['ACCESS']),
  dataCategories: fc.constantFrom<DataCategory[]>(['IMAGE'], ['CLINICAL']),
});
const said = fc.record({
  decision: effects,
  provisions: fc.array(provisions, { maxLength: 4 }),
  validFrom: instants,
  validUntil: fc.constantFrom(null, minutesAgo(1), minutesAgo(-1)),
  textVersionId: fc.constantFrom('ctv_1', 'ctv_2'),
});
/** What a patient may have said to one type over time: the last answer stands, earlier ones were withdrawn. */
const historyOf = (typeId: string): fc.Arbitrary<Answer[]> =>
  fc
    .tuple(fc.array(said, { maxLength: 2 }), fc.option(said))
    .map(([earlier, last]) => [
      ...earlier.map((one) => answer({ ...one, typeId, status: 'WITHDRAWN', withdrawnAt: one.validFrom })),
      ...(last ? [answer({ ...last, typeId, status: last.decision === 'PERMIT' ? 'GRANTED' : 'DENIED' })] : []),
    ]);
const histories = fc.tuple(historyOf('ctp_a'), historyOf('ctp_b'), historyOf('ctp_c')).map((all) => all.flat());
const grounds = fc.record({
  bases: fc.subarray(['GDPR_9_2_H_HEALTH_CARE', 'GDPR_9_2_A_EXPLICIT_CONSENT', 'HIPAA_TPO'] as const),
  lapsedTextIds: fc.constantFrom(new Set<string>(), new Set(['ctv_1'])),
});
const withdraw = (one: Answer): Answer => ({ ...one, status: 'WITHDRAWN', withdrawnAt: at });

describe('a decision, whatever was said', () => {
  test('permits nothing once something that was granted has been withdrawn, until it is granted anew', () => {
    fc.assert(
      fc.property(histories, grounds, fc.nat(), (answers, ground, place) => {
        const granted = answers.filter(({ status }) => status === 'GRANTED');
        fc.pre(granted.length > 0);
        const withdrawn = granted[place % granted.length];
        const after = answers.map((one) => (one === withdrawn ? withdraw(one) : one));
        expect(decide(after, ground, question).permitted).toBe(false);
      }),
    );
  });

  test('permits no more for a provision that denies, nor less for one that permits', () => {
    fc.assert(
      fc.property(fc.tuple(histories, fc.nat()), grounds, provisions, ([answers, place], ground, more) => {
        fc.pre(answers.length > 0);
        const target = answers[place % answers.length];
        const after = answers.map((one) => (one === target ? { ...one, provisions: [...one.provisions, more] } : one));
        const [before, now] = [answers, after].map((all) => Number(decide(all, ground, question).permitted));
        if (more.effect === 'DENY') expect(now).toBeLessThanOrEqual(before ?? 0);
        else expect(now).toBeGreaterThanOrEqual(before ?? 1);
      }),
    );
  });

  test('permits no more when everybody must agree to a newer text', () => {
    fc.assert(
      fc.property(histories, grounds, (answers, ground) => {
        const [earlier, renewed] = [new Set<string>(), new Set(['ctv_1', 'ctv_2'])].map((lapsedTextIds) =>
          Number(permits(answers, { ...ground, lapsedTextIds })),
        );
        expect(renewed).toBeLessThanOrEqual(earlier ?? 0);
      }),
    );
  });

  test('does not depend on the order in which the answers are read', () => {
    const shuffled = histories.chain((answers) =>
      fc.tuple(fc.constant(answers), fc.shuffledSubarray(answers, { minLength: answers.length })),
    );
    fc.assert(
      fc.property(shuffled, grounds, ([answers, others], ground) => {
        expect(decide(others, ground, question).permitted).toBe(decide(answers, ground, question).permitted);
      }),
    );
  });
});

describe('a decision', () => {
  test.each([
    [
      'an actor outweighs an organisation',
      [{ effect: 'PERMIT', actors: ['usr_1'] }, { organisations: ['org_1'] }],
      true,
    ],
    ['an organisation outweighs a category', [{ effect: 'PERMIT', organisations: ['org_1'] }, {}], true],
    [
      'of equal weight the one that denies wins',
      [{ effect: 'PERMIT', actors: ['usr_1'] }, { actors: ['usr_1'] }],
      false,
    ],
    ['one for somebody else does not matter', [{ actors: ['usr_2'] }], true],
    ['one that is over does not matter', [{ until: minutesAgo(1) }], true],
    ['one that has not begun does not matter', [{ from: minutesAgo(-1) }], true],
  ] as const)('of provisions: %s', (_rule, given, permitted) => {
    const exceptions = given.map((values) => provision(values as Partial<ConsentProvision>));
    expect(permits([answer({ provisions: exceptions })])).toBe(permitted);
  });

  test('of answers to several types follows the latest, and denies when two are equally late', () => {
    const denied = answer({ typeId: 'ctp_b', status: 'DENIED', decision: 'DENY', validFrom: minutesAgo(30) });
    expect(permits([answer(), denied])).toBe(false);
    expect(permits([answer({ validFrom: minutesAgo(10) }), denied])).toBe(true);
    expect(permits([answer({ validFrom: minutesAgo(30) }), denied])).toBe(false);
  });

  test('counts an answer after a withdrawal, whichever clock it bears', () => {
    const withdrawn = answer({ status: 'WITHDRAWN', withdrawnAt: minutesAgo(5) });
    expect(permits([withdrawn, answer({ validFrom: minutesAgo(10) })])).toBe(true);
    expect(permits([withdrawn, answer({ typeId: 'ctp_b', validFrom: minutesAgo(10) })])).toBe(false);
    expect(permits([withdrawn, answer({ typeId: 'ctp_b', validFrom: minutesAgo(1) })])).toBe(true);
  });

  test('falls to the law in silence only, and only where every type of the purpose stands on it', () => {
    expect(decide([], care, question)).toMatchObject({ permitted: true, reason: 'LEGAL_BASIS' });
    expect(permits([], explicit)).toBe(false);
    expect(permits([], { ...care, bases: [...care.bases, ...explicit.bases] })).toBe(false);
    expect(permits([], { ...care, bases: [] })).toBe(false);
    expect(permits([answer({ status: 'WITHDRAWN', withdrawnAt: minutesAgo(1) })], care)).toBe(false);
  });

  test('under a lapsed text keeps what was denied and drops what was permitted', () => {
    const lapsed = { ...care, lapsedTextIds: new Set(['ctv_1']) };
    const permitted = answer({ provisions: [provision({ effect: 'PERMIT' })] });
    expect(decide([permitted], { ...explicit, lapsedTextIds: lapsed.lapsedTextIds }, question).permitted).toBe(false);
    expect(permits([answer({ provisions: [provision()] })], lapsed)).toBe(false);
    expect(permits([answer({ status: 'DENIED', decision: 'DENY' })], lapsed)).toBe(false);
    expect(permits([answer()], lapsed)).toBe(true);
  });

  test('may be kept until the next instant that somebody has named', () => {
    const until = minutesAgo(-7);
    const answers = [
      answer({ validUntil: minutesAgo(-9), provisions: [provision({ from: minutesAgo(3), until })] }),
      answer(),
    ];
    expect(nextChangeAt(answers, at)).toEqual(until);
    expect(nextChangeAt([answer()], at)).toBeNull();
  });
});

import { InputError } from '#shared/errors';
import { lesionClasses, malignancies, managementPlans } from '../outcomes/outcome.codes';

/** What a step's `when` may ask about, and the answers each can have. */
const vocabulary = {
  'ai.class': lesionClasses,
  'ai.malignancy': malignancies,
  'ai.management': managementPlans,
  'human.class': lesionClasses,
  'human.malignancy': malignancies,
  'human.management': managementPlans,
  'case.priority': ['ROUTINE', 'SOON', 'URGENT', 'EMERGENCY'],
} as const satisfies Record<string, readonly string[]>;

export type Fact = keyof typeof vocabulary;
/** A fact that is not known yet is absent. */
export type Facts = Partial<Record<Fact, string>>;

interface Condition {
  readonly fact: Fact;
  readonly negated: boolean;
  readonly codes: readonly string[];
}

const pattern = /^([a-z]+\.[a-z]+) (in|not in) ([A-Z_]+(?:, ?[A-Z_]+)*)$/;

/**
 * Reads a condition: `<fact> in <code>,<code>…` or `<fact> not in …`. The language is closed: nothing else can be said.
 * @throws {InputError} saying what is wrong with it.
 */
export function parseCondition(text: string): Condition {
  const [, fact = '', operator = '', list = ''] = pattern.exec(text) ?? [];
  if (!isFact(fact)) {
    throw new InputError(
      `A condition reads "<fact> in A,B" with one of the facts ${Object.keys(vocabulary).join(', ')}`,
    );
  }
  const codes = list.split(/, ?/);
  const known: readonly string[] = vocabulary[fact];
  const [unknown] = codes.filter((code) => !known.includes(code));
  if (unknown !== undefined) throw new InputError(`${fact} is never ${unknown}: it is one of ${known.join(', ')}`);
  return { fact, negated: operator === 'not in', codes };
}

/** Whether a condition holds. One about an unknown fact does not, negated or not. */
export function holds({ fact, negated, codes }: Condition, facts: Facts): boolean {
  const value = facts[fact];
  return value !== undefined && codes.includes(value) !== negated;
}

function isFact(text: string): text is Fact {
  return Object.hasOwn(vocabulary, text);
}

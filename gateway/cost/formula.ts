/** The variables of a request, with the defaults that the operation gives them. */
export type Variables = Readonly<Record<string, unknown>>;

/** A value that is worked out from the results of earlier steps and the variables. */
type Step = (results: Float64Array, variables: Variables) => number;

/** A number, or the result of a step that depends on the variables. */
export type Term = number | { readonly step: number };

/** How many items a list has: known, or set by a variable. */
export type Size = number | ((variables: Variables) => number);

/**
 * Builds a sum of products and maxima whose constant parts are worked out at once. What remains is a list of steps, each
 * evaluated once per request, however often the operation uses its result: the time is bounded by the document's length.
 */
export class Formula {
  private readonly steps: Step[] = [];

  sum(terms: readonly Term[]): Term {
    const { constant, varying } = split(terms, (one, other) => one + other, 0);
    if (varying.length === 0) return constant;
    if (varying.length === 1 && constant === 0) return { step: varying[0] ?? 0 };
    return this.add((results) => varying.reduce((total, step) => total + (results[step] ?? 0), constant));
  }

  /** @param terms none of them negative */
  max(terms: readonly Term[]): Term {
    const { constant, varying } = split(terms, Math.max, 0);
    const distinct = [...new Set(varying)];
    if (distinct.length === 0) return constant;
    if (distinct.length === 1 && constant === 0) return { step: distinct[0] ?? 0 };
    return this.add((results) => distinct.reduce((most, step) => Math.max(most, results[step] ?? 0), constant));
  }

  times(size: Size, term: Term): Term {
    if (typeof size === 'number' && typeof term === 'number') return product(size, term);
    return this.add((results, variables) =>
      product(typeof size === 'number' ? size : size(variables), valueOf(term, results)),
    );
  }

  of(read: (variables: Variables) => number): Term {
    return this.add((_results, variables) => read(variables));
  }

  evaluate(term: Term, variables: Variables): number {
    if (typeof term === 'number') return term;
    const results = new Float64Array(this.steps.length);
    this.steps.forEach((step, index) => {
      results[index] = step(results, variables);
    });
    return valueOf(term, results);
  }

  private add(step: Step): Term {
    this.steps.push(step);
    return { step: this.steps.length - 1 };
  }
}

function split(
  terms: readonly Term[],
  combine: (one: number, other: number) => number,
  neutral: number,
): { constant: number; varying: number[] } {
  const constants = terms.filter((term) => typeof term === 'number');
  const varying = terms.filter((term) => typeof term !== 'number').map(({ step }) => step);
  return { constant: constants.reduce((one, other) => combine(one, other), neutral), varying };
}

function valueOf(term: Term, results: Float64Array): number {
  return typeof term === 'number' ? term : (results[term.step] ?? 0);
}

/** Fragments within fragments can cost infinitely much; none of that is nothing, not NaN. */
function product(size: number, cost: number): number {
  return size === 0 ? 0 : size * cost;
}

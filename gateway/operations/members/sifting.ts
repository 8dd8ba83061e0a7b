import { GraphQLError } from 'graphql';
import { type ConsentDecision, consentDenial } from '../../consent';
import { edgeNodeKey } from './member-selection';
import { type MemberTrail, type TrailStep, type Values, isObject } from './member-trail';

export type SiftPath = readonly (string | number)[];

/** More errors than this tell a client nothing new. */
const maxErrors = 1_000;

/** A list as it has become, with the new place of each that was in it; null for what was left out. */
interface Sifted {
  readonly list: unknown[];
  readonly places: readonly (number | null)[];
  readonly refusals: readonly ConsentDecision[];
}

interface SiftingOptions {
  readonly decisionOf: (object: Values) => ConsentDecision | undefined;
  /** False when edges may lack what they lead to because of a failure. */
  readonly isSure: boolean;
}

/** One answer being sifted. Entities stand in several places of it and share their lists. */
export class Sifting {
  readonly errors: GraphQLError[] = [];
  private readonly sifted = new Map<unknown, Sifted>();
  private readonly quiet = new Map<Values, Set<readonly TrailStep[]>>();

  constructor(
    private readonly trail: MemberTrail,
    private readonly options: SiftingOptions,
  ) {}

  walk(object: Values, steps: readonly TrailStep[], path: SiftPath): void {
    const known = this.quiet.get(object) ?? new Set();
    if (known.has(steps)) return;
    const told = this.errors.length;
    for (const step of steps) this.field(object, step, [...path, step.key]);
    // Where nothing was left out there is nothing to tell of another place of the same object either.
    if (told === this.errors.length) this.quiet.set(object, known.add(steps));
  }

  /** An error where it belongs now. @returns none for one about what was left out */
  moved(error: GraphQLError, data: Values): GraphQLError[] {
    const path: (string | number)[] = [];
    let value: unknown = data;
    for (const step of error.path ?? []) {
      if (step === edgeNodeKey) return [];
      // Nothing is below a count any more.
      if (typeof value === 'number') break;
      const place = this.placeOf(value, step);
      if (place === null) return [];
      path.push(place);
      value = typeof value === 'object' && value !== null ? (value as Values)[place] : value;
    }
    if (!error.path) return [error];
    const { message, extensions, originalError } = error;
    return [new GraphQLError(message, { path, extensions, ...(originalError && { originalError }) })];
  }

  private placeOf(value: unknown, step: string | number): string | number | null {
    const sifted = Array.isArray(value) ? this.sifted.get(value) : undefined;
    return sifted && typeof step === 'number' ? (sifted.places[step] ?? null) : step;
  }

  private field(object: Values, step: TrailStep, path: SiftPath): void {
    const value = object[step.key];
    if (step.count) object[step.key] = this.count(value, path);
    else object[step.key] = this.value(value, step, path);
  }

  private value(value: unknown, step: TrailStep, path: SiftPath): unknown {
    if (Array.isArray(value)) return this.list(value, step, path);
    if (isObject(value)) this.walk(value, this.trail.follow(step, value), path);
    return value;
  }

  private list(values: readonly unknown[], step: TrailStep, path: SiftPath): readonly unknown[] {
    const sifted = this.sifted.get(values) ?? this.sift(values, step);
    for (const decision of sifted.refusals) this.report(consentDenial(decision, path, 'members'));
    sifted.list.forEach((item, index) => {
      sifted.list[index] = this.value(item, step, [...path, index]);
    });
    return sifted.list;
  }

  private sift(values: readonly unknown[], step: TrailStep): Sifted {
    const [list, places]: [unknown[], (number | null)[]] = [[], []];
    const refusals = new Map<string, ConsentDecision>();
    for (const value of values) {
      const refusal = this.refusalOf(value, step);
      places.push(refusal === null ? list.push(value) - 1 : null);
      if (refusal) refusals.set(JSON.stringify([refusal.isKnown, refusal.purpose, refusal.consentType]), refusal);
    }
    const sifted = { list, places, refusals: [...refusals.values()] };
    this.sifted.set(values, sifted).set(list, sifted);
    return sifted;
  }

  /** @returns null for what may be in a list */
  private refusalOf(value: unknown, step: TrailStep): ConsentDecision | null {
    if (!isObject(value)) return null;
    const member = this.trail.memberOf(step, value);
    if (member === null) return null;
    if (member === 'missing') return this.options.isSure ? null : unknown('');
    const [rule] = member.rules;
    const decision = this.options.decisionOf(member.object) ?? unknown(rule?.purpose ?? '');
    return decision.permitted ? null : decision;
  }

  private count(value: unknown, path: SiftPath): unknown {
    // In another place of the same object it has been added up already.
    if (!Array.isArray(value)) return value;
    let sum = 0;
    for (const row of value) {
      const decision = isObject(row) ? this.options.decisionOf(row) : undefined;
      if (!decision?.isKnown) {
        this.report(consentDenial(decision ?? unknown(''), path));
        return null;
      }
      if (decision.permitted) sum += Number((row as Values)['count']);
    }
    return sum;
  }

  private report(error: GraphQLError): void {
    if (this.errors.length < maxErrors) this.errors.push(error);
  }
}

function unknown(purpose: string): ConsentDecision {
  return { permitted: false, isKnown: false, purpose, subject: '', reason: 'UNKNOWN', consentType: null };
}

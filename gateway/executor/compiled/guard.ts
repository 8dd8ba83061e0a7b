import { type ConsentCaller, type ConsentDecision, type ConsentDecisions, consentDenial } from '../../consent';
import { type ReliedConsents } from '../../transport';
import { type GuardRule } from '../planning';
import { type Entity, isEntity } from './entity';
import { errorsAtFields } from './fetch-errors';
import { type SelectedFields } from './fetch-document';
import { type PlanPath, placesAt } from './response-path';
import { type Run } from './run';
import { type TypeTable } from './type-table';

/** Where an executor learns whether people have agreed that data about them is used. */
export type ConsentGate = Pick<ConsentDecisions, 'decide' | 'decideNow'>;

/** Whether the object of an index is admitted, and on which consents that rests. */
export interface Admission {
  (index: number): boolean;
  readonly consents?: ReliedConsents;
}

/** Stands before a fetch and says for which of the objects it may be sent. */
export interface Guard {
  /** Reports those it refuses. @returns at once what is known already */
  admit(run: Run, found: readonly Entity[], path: PlanPath): Admission | Promise<Admission>;
}

export interface GuardOptions {
  /** All of them must be satisfied. */
  readonly rules: readonly GuardRule[];
  readonly gate: ConsentGate;
  readonly types: TypeTable;
  /** What the guarded fetch brings. */
  readonly selected: readonly SelectedFields[];
}

/** Asks for consent before the fields that need it are fetched. Whose consent it is the objects themselves say. */
export function consentGuard({ gate, types, selected, rules }: GuardOptions): Guard {
  const keysOf = (object: Entity): string[] =>
    selected.flatMap(({ typeCondition, keys }) =>
      typeCondition === null || types.fits(object, typeCondition) ? keys : [],
    );

  const admission = (
    run: Run,
    { found, path }: { found: readonly Entity[]; path: PlanPath },
    decisions: readonly ConsentDecision[],
  ): Admission => {
    const consents = reliedOn(decisions);
    if (!decisions.some(isRefusal)) return Object.assign(() => true, { consents });
    const places = placesAt(run.data, path);
    decisions.forEach((decision, index) => {
      const object = found[index];
      if (decision.permitted || !object) return;
      const refusal = consentDenial(decision, []).toJSON();
      const fields = (places.get(object) ?? []).flatMap((place) => keysOf(object).map((key) => [...place, key]));
      if (fields.length > 0) run.report(errorsAtFields(refusal, fields));
    });
    return Object.assign((index: number) => decisions[index]?.permitted ?? false, { consents });
  };

  return {
    admit: (run, found, path) => {
      const decisions = decideAbout(gate, found, { rules, caller: run.request });
      const admit = (decided: readonly ConsentDecision[]): Admission => admission(run, { found, path }, decided);
      return decisions instanceof Promise ? decisions.then(admit) : admit(decisions);
    },
  };
}

/** By object: the first refusal, or a permission when all rules are satisfied. At once when all of it is known. */
export function decideAbout(
  gate: ConsentGate,
  objects: readonly Entity[],
  { rules, caller }: { rules: readonly GuardRule[]; caller: ConsentCaller },
): ConsentDecision[] | Promise<ConsentDecision[]> {
  const all = rules.map((rule) => decide(gate, objects, { rule, caller }));
  const known = all.filter((decisions) => Array.isArray(decisions));
  return known.length === all.length
    ? firstRefusals(known)
    : Promise.all(all.map((one) => Promise.resolve(one))).then(firstRefusals);
}

function firstRefusals([first = [], ...others]: readonly (readonly ConsentDecision[])[]): ConsentDecision[] {
  return first.map(
    (decision, index) => [decision, ...others.flatMap((more) => more[index] ?? [])].find(isRefusal) ?? decision,
  );
}

/** By person: what the release of their data rests on. */
function reliedOn(decisions: readonly ConsentDecision[]): ReliedConsents {
  const permitted = decisions.filter((decision) => decision.permitted);
  return Object.fromEntries(
    permitted.map(({ subject, purpose, recordId = null }) => [subject, { purpose, consentRecordId: recordId }]),
  );
}

function isRefusal({ permitted }: ConsentDecision): boolean {
  return !permitted;
}

function decide(
  gate: ConsentGate,
  objects: readonly Entity[],
  { rule: { purpose, dataCategory, subjectPath }, caller }: { rule: GuardRule; caller: ConsentCaller },
): ConsentDecision[] | Promise<ConsentDecision[]> {
  const subjects = objects.map((object) => subjectOf(object, subjectPath));
  const asked = [...new Set(subjects)].filter((subject) => typeof subject === 'string');
  const asks = asked.map((subject) => ({ purpose, dataCategory, subject }));
  const each = (decisions: readonly ConsentDecision[]): ConsentDecision[] => {
    const bySubject = new Map(asked.map((subject, index) => [subject, decisions[index]]));
    return subjects.map((subject) => {
      const decision = typeof subject === 'string' ? bySubject.get(subject) : undefined;
      return decision ?? { ...nobody, purpose, isKnown: subject !== undefined };
    });
  };
  const known = gate.decideNow(asks, caller);
  return known ? each(known) : gate.decide(asks, caller).then(each);
}

/** An object that names nobody has nobody who could have agreed; of one that could not say it is not known. */
const nobody = { permitted: false, subject: '', reason: 'NO_SUBJECT', consentType: null };

/** @returns undefined when a fetch has not brought it */
function subjectOf(object: Entity, path: readonly string[]): string | null | undefined {
  let value: unknown = object;
  for (const key of path) value = isEntity(value) ? value[key] : value && null;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return value === undefined ? undefined : null;
}

import { type ConsentDecision, type ConsentDecisions, consentDenial } from '../../consent';
import { type GuardedFetch } from '../planning';
import { type Entity, isEntity } from './entity';
import { errorsAtFields } from './fetch-errors';
import { type SelectedFields } from './fetch-document';
import { type PlanPath, placesAt } from './response-path';
import { type Run } from './run';
import { type TypeTable } from './type-table';

/** Where an executor learns whether people have agreed that data about them is used. */
export type ConsentGate = Pick<ConsentDecisions, 'decide'>;

/** Stands before a fetch and says for which of the objects it may be sent. */
export interface Guard {
  /** Reports those it refuses. @returns whether the object of an index is admitted */
  admit(run: Run, found: readonly Entity[], path: PlanPath): Promise<(index: number) => boolean>;
}

export interface GuardOptions extends Pick<GuardedFetch, 'purpose' | 'dataCategory' | 'subjectPath'> {
  readonly gate: ConsentGate;
  readonly types: TypeTable;
  /** What the guarded fetch brings. */
  readonly selected: readonly SelectedFields[];
}

/** Asks for consent before the fields that need it are fetched. Whose consent it is the objects themselves say. */
export function consentGuard({ gate, types, selected, ...rule }: GuardOptions): Guard {
  const keysOf = (object: Entity): string[] =>
    selected.flatMap(({ typeCondition, keys }) =>
      typeCondition === null || types.fits(object, typeCondition) ? keys : [],
    );

  return {
    admit: async (run, found, path) => {
      const subjects = found.map((object) => subjectOf(object, rule.subjectPath));
      const decisions = await decide(gate, subjects, { rule, run });
      if (decisions.every(({ permitted }) => permitted)) return () => true;
      const places = placesAt(run.data, path);
      decisions.forEach((decision, index) => {
        const object = found[index];
        if (decision.permitted || !object) return;
        const refusal = consentDenial(decision, []).toJSON();
        const fields = (places.get(object) ?? []).flatMap((place) => keysOf(object).map((key) => [...place, key]));
        if (fields.length > 0) run.report(errorsAtFields(refusal, fields));
      });
      return (index) => decisions[index]?.permitted ?? false;
    },
  };
}

async function decide(
  gate: ConsentGate,
  subjects: readonly (string | null)[],
  { rule, run }: { rule: Pick<GuardedFetch, 'purpose' | 'dataCategory'>; run: Run },
): Promise<ConsentDecision[]> {
  const { purpose, dataCategory } = rule;
  const { actor, correlationId } = run.request;
  const known = [...new Set(subjects)].filter((subject) => subject !== null);
  const decisions = await gate.decide(
    known.map((subject) => ({ purpose, dataCategory, subject })),
    { actor, correlationId },
  );
  const bySubject = new Map(known.map((subject, index) => [subject, decisions[index]]));
  return subjects.map((subject) => (subject === null ? undefined : bySubject.get(subject)) ?? ofNobody(purpose));
}

/** An object that names nobody has nobody who could have agreed. */
function ofNobody(purpose: string): ConsentDecision {
  return { permitted: false, isKnown: true, purpose, subject: '', reason: 'NO_SUBJECT', consentType: null };
}

function subjectOf(object: Entity, path: readonly string[]): string | null {
  let value: unknown = object;
  for (const key of path) value = isEntity(value) ? value[key] : null;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

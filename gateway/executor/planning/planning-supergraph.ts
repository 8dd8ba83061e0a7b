import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, type Subgraphs, Supergraph } from '@apollo/federation-internals';
import { print } from 'graphql';
import { type ConsentLaw } from '../../consent';
import { type LoadedSupergraph } from '../../supergraph';
import { type GuardedFetches, type PlannedGuard, separateGuardedFields } from './guarded-subgraphs';
import { type RequiredBy, type RequiredFields, separateRequiredFields } from './required-fields';
import { type GuardedMembers, type SubjectFields, separateSubjects } from './subject-fields';

/** A supergraph as plans are made of it, and what names in its plans really mean. */
export interface PlanningSupergraph {
  readonly supergraph: Supergraph;
  /** Subgraphs that exist in plans only, because their fields need a consent. */
  readonly guarded: GuardedFetches;
  /** The fields that these subgraphs were made for. */
  readonly guards: readonly PlannedGuard[];
  /** What is left out of lists. Null when no type is guarded as a whole. */
  readonly members: GuardedMembers | null;
  /** Fields that exist in plans only: a `@requires` asks for them with arguments, or the gateway for itself. */
  readonly requiredFields: RequiredFields;
  readonly requiredBy: RequiredBy;
  /** Names of fields that keys, `@requires` and subjects of consent select: plans read them by these names. */
  readonly joinedFields: ReadonlySet<string>;
}

type Plannable = Pick<LoadedSupergraph, 'planning' | 'planned' | 'joinedFields'>;

/** @param law what is fetched only with a consent */
export function preparePlanning(loaded: Plannable, law?: ConsentLaw): PlanningSupergraph {
  const separated = separateRequiredFields(loaded.planned);
  const { requiredFields = new Map(), requiredBy = new Map() } = separated ?? {};
  const document = separated?.document ?? loaded.planned;
  if (law && law.fields.length + law.types.length > 0) {
    return guardedPlanning(loaded, separateSubjects(document, law), { requiredFields, requiredBy });
  }
  return {
    supergraph: separated ? build(print(document)) : loaded.planning,
    requiredFields,
    requiredBy,
    joinedFields: new Set([...loaded.joinedFields, ...requiredFields.keys()]),
    guards: [],
    members: null,
    guarded: new Map(),
  };
}

function guardedPlanning(
  loaded: Plannable,
  { document, guards, members, fields }: SubjectFields,
  required: Pick<PlanningSupergraph, 'requiredFields' | 'requiredBy'>,
): PlanningSupergraph {
  const supergraph = build(print(document));
  const { subgraphs, guarded } = separateGuardedFields(supergraph, guards);
  const requiredFields: RequiredFields = new Map([...required.requiredFields, ...fields]);
  const rules = [...guards.flatMap((guard) => guard.rules), ...[...members.rules.values()].flat()];
  const paths = rules.flatMap(({ subjectPath }) => subjectPath);
  return {
    supergraph: new GuardedSupergraph(supergraph, subgraphs),
    requiredFields,
    requiredBy: required.requiredBy,
    joinedFields: new Set([...loaded.joinedFields, ...requiredFields.keys(), ...paths]),
    guards,
    members: members.rules.size > 0 ? members : null,
    guarded,
  };
}

function build(sdl: string): Supergraph {
  // It was valid before; a field that is external for the sake of a `@requires` alone is of no use any more, which no rule
  // of validation allows.
  return Supergraph.build(sdl, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    validateSupergraph: false,
  });
}

/** A supergraph whose subgraphs are not those that its SDL has. */
class GuardedSupergraph extends Supergraph {
  constructor(
    { schema }: Supergraph,
    private readonly own: Subgraphs,
  ) {
    super(schema, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, false);
  }

  override subgraphs(): Subgraphs {
    return this.own;
  }
}

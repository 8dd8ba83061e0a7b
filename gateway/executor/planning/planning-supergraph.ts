import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, type Subgraphs, Supergraph } from '@apollo/federation-internals';
import { print } from 'graphql';
import { type ConsentRule } from '../../consent';
import { type LoadedSupergraph } from '../../supergraph';
import { type GuardedFetches, separateGuardedFields } from './guarded-subgraphs';
import { type RequiredBy, type RequiredFields, separateRequiredFields } from './required-fields';

/** A supergraph as plans are made of it, and what names in its plans really mean. */
export interface PlanningSupergraph {
  readonly supergraph: Supergraph;
  /** Subgraphs that exist in plans only, because their fields need a consent. */
  readonly guarded: GuardedFetches;
  /** Fields that exist in plans only, because a `@requires` asks for them with arguments. */
  readonly requiredFields: RequiredFields;
  readonly requiredBy: RequiredBy;
  /** Names of fields that keys, `@requires` and subjects of consent select: plans read them by these names. */
  readonly joinedFields: ReadonlySet<string>;
}

/** @param rules what is fetched only with a consent */
export function preparePlanning(
  { planning, planned, joinedFields: ownJoins }: Pick<LoadedSupergraph, 'planning' | 'planned' | 'joinedFields'>,
  rules: readonly ConsentRule[] = [],
): PlanningSupergraph {
  const separated = separateRequiredFields(planned);
  const supergraph = separated ? build(print(separated.document)) : planning;
  const requiredFields: RequiredFields = separated?.requiredFields ?? new Map();
  const requiredBy: RequiredBy = separated?.requiredBy ?? new Map();
  const guardedFields = rules.flatMap(({ fieldName, ...rule }) => (fieldName === null ? [] : [{ fieldName, ...rule }]));
  const joinedFields = new Set([...ownJoins, ...guardedFields.flatMap(({ subjectPath }) => subjectPath)]);
  const plain = { supergraph, requiredFields, requiredBy, joinedFields, guarded: new Map() };
  if (guardedFields.length === 0) return plain;
  const { subgraphs, guarded } = separateGuardedFields(supergraph, guardedFields);
  return { ...plain, supergraph: new GuardedSupergraph(supergraph, subgraphs), guarded };
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

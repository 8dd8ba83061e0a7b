import { type FetchNode } from '@apollo/query-planner';
import { type GraphQLError } from 'graphql';
import { type RequiredFields } from '../planning';
import { type Entity, copyOf, mergeEntity } from './entity';
import { type EntityAnswer, EntityBatch } from './entity-batch';
import { errorAt, errorsAtFields } from './fetch-errors';
import { type Admission, type Guard } from './guard';
import { type Representer, compileRepresentation } from './representation';
import { type FetchPlace } from './root-fetch';
import { type Found, type ResponsePath, compileCollector, placesAt } from './response-path';
import { compilePathRewrite, compileRewrites } from './rewrites';
import { type Run, type Step } from './run';
import { compileVariables } from './variables';

export interface EntityFetchOptions extends FetchPlace {
  /** Another fetch of the plan asks the same of other objects: they go in one call. */
  readonly isShared: boolean;
  /** A later fetch adds to what this one brings. */
  readonly isExtended: boolean;
  /** Fields that its representations have under names of the plan. */
  readonly requiredFields: RequiredFields;
  readonly guard: Guard | null;
}

/** The objects of one place that are asked about, each with the position of its representation in the call. */
interface Asked {
  readonly targets: readonly Entity[];
  readonly positions: readonly number[];
}

/** A fetch about entities that earlier fetches have found. Each entity is asked about once, however often it occurs. */
export function compileEntityFetch(node: FetchNode, options: EntityFetchOptions): Step {
  const { fetch, path, types, isShared, guard, requiredFields } = options;
  const variables = compileVariables(node.variableUsages);
  const collect = compileCollector(path);
  const represent = compileRepresentation(node.requires ?? [], {
    types,
    requiredFields,
    rewrite: compileRewrites(node.inputRewrites, types),
  });
  const absorb = compileAbsorb(node, options);

  async function ask(run: Run, found: Found, isAdmitted: Admission): Promise<void> {
    const others = variables(run.request.variables);
    const batch = isShared ? run.batch(fetch, others) : new EntityBatch();
    const asked = askFor(found, {
      positionOf: (object, index) => (isAdmitted(index) ? represent.in(batch, object) : -1),
      isWhole: represent.isWhole,
      shared: run.shared,
    });
    if (asked.targets.length === 0) return;
    batch.rely(isAdmitted.consents);
    if (++batch.parties > 1) run.request.onCoalesced?.();
    if (!isShared) batch.answerBy(run.ask(fetch, batch.variables(others), batch.consents));
    absorb(run, asked, { answer: await batch.answer(), isAlone: batch.parties === 1 });
  }

  return (run) => {
    const found = collect(run.data);
    if (found.objects.length === 0) return undefined;
    if (!guard) return ask(run, found, admitAll);
    const admission = guard.admit(run, found.objects, path);
    if (typeof admission === 'function') return ask(run, found, admission);
    return admission.then((isAdmitted) => ask(run, found, isAdmitted));
  };
}

const admitAll: Admission = () => true;

interface Representing {
  /** -1 for one that is not asked about. */
  readonly positionOf: (object: Entity, index: number) => number;
  readonly isWhole: Representer['isWhole'];
  /** Takes those that stand in several places now. */
  readonly shared: Set<unknown>;
}

/**
 * Objects of one place that say no more than who they are, and are the same, become one object: whatever is fetched for
 * them is merged, looked through and written once.
 */
function askFor(found: Found, { positionOf, isWhole, shared }: Representing): Asked {
  const targets: Entity[] = [];
  const positions: number[] = [];
  const wholes = new Map<number, Entity>();
  const twins = new Map<Entity, Entity>();
  found.objects.forEach((object, index) => {
    const position = positionOf(object, index);
    if (position < 0) return;
    if (isWhole(object)) {
      const twin = wholes.get(position);
      if (twin) {
        twins.set(object, twin);
        shared.add(twin);
        return;
      }
      wholes.set(position, object);
    }
    targets.push(object);
    positions.push(position);
  });
  if (twins.size > 0) found.replace(twins);
  return { targets, positions };
}

type Absorb = (run: Run, asked: Asked, got: { answer: EntityAnswer; isAlone: boolean }) => void;

function compileAbsorb(node: FetchNode, { path, types, fetch, isExtended }: EntityFetchOptions): Absorb {
  const rewrite = compileRewrites(node.outputRewrites, types);
  const rewritePath = compilePathRewrite(node.outputRewrites);
  // A subgraph with an interface object knows the entity under the interface's name only: what it really is was known
  // before. From there to the owner of the interface the same rename is planned, and the owner's word counts.
  const isRenamed = (node.inputRewrites ?? []).some(({ path: changed }) => changed.at(-1) === '__typename');
  const isConcrete = ({ __typename: name }: Entity): boolean => typeof name === 'string' && types.isObject(name);
  return (run, asked, { answer, isAlone }) => {
    const { entities, errors } = answer;
    if (errors.length > 0) run.report(placed());
    // What another place of the answer got too must not grow with this one.
    const own = isAlone || !isExtended ? entities : entities.map(copyOf);
    asked.targets.forEach((target, index) => {
      const entity = own[asked.positions[index] ?? 0];
      if (!entity) return;
      if (isRenamed && !isConcrete(entity)) entity['__typename'] = target['__typename'];
      else entity['__typename'] ??= target['__typename'];
      rewrite?.(entity);
      mergeEntity(target, entity);
    });

    function placed(): GraphQLError[] {
      const places = placesAt(run.data, path);
      return errors.flatMap((error) => {
        const [root, position, ...rest] = error.path ?? [];
        if (root !== '_entities' || typeof position !== 'number') return errorsAtFields(error, missingFields(places));
        const targets = asked.targets.filter((_target, index) => asked.positions[index] === position);
        return targets.flatMap((target) =>
          (places.get(target) ?? []).map((place) => errorAt(error, [...place, ...rewritePath(rest)])),
        );
      });
    }

    function* missingFields(places: ReadonlyMap<Entity, readonly ResponsePath[]>): Generator<ResponsePath> {
      for (const target of asked.targets) {
        for (const { typeCondition, keys } of fetch.document.selected) {
          if (typeCondition !== null && !types.fits(target, typeCondition, true)) continue;
          for (const place of places.get(target) ?? []) yield* keys.map((key) => [...place, ...rewritePath([key])]);
        }
      }
    }
  };
}

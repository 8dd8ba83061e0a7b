import { type FetchNode } from '@apollo/query-planner';
import { type GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type SubgraphResult } from '../../transport';
import { type Entity, copyOf, mergeEntity } from './entity';
import { errorAt, errorsAtFields } from './fetch-errors';
import { type Fetch, type Run, type Step } from './run';
import { type PlanPath, type ResponsePath, compileCollector, placesAt } from './response-path';
import { compilePathRewrite, compileRewrites } from './rewrites';
import { type TypeTable } from './type-table';
import { compileVariables } from './variables';

export interface FetchPlace {
  readonly fetch: Fetch;
  readonly path: PlanPath;
  readonly types: TypeTable;
}

/** A fetch of root fields. Deeper in a plan, when a field leads back to the root type, it adds to every object there. */
export function compileRootFetch(node: FetchNode, place: FetchPlace): Step {
  const variables = compileVariables(node.variableUsages);
  const absorb = compileAbsorb(node, place);
  const collect = compileCollector(place.path);
  return (run) => {
    const targets = collect(run.data).objects;
    if (targets.length === 0) return undefined;
    return run.ask(place.fetch, variables(run.request.variables)).then((result) => {
      absorb(run, targets, result);
    });
  };
}

/** Takes the answer to a root fetch in. */
export function compileAbsorb(
  node: FetchNode,
  { fetch, path, types }: FetchPlace,
): (run: Run, targets: readonly Entity[], result: SubgraphResult) => void {
  const rewrite = compileRewrites(node.outputRewrites, types);
  const rewritePath = compilePathRewrite(node.outputRewrites);
  const keys = fetch.document.selected.flatMap((selected) => selected.keys);
  return (run, targets, { data, errors }) => {
    if (errors?.length) {
      const places = [...placesAt(run.data, path).values()].flat();
      run.report(errors.flatMap((error) => placed({ ...error, path: rewritePath(error.path ?? []) }, places, keys)));
    }
    if (!data) return;
    rewrite?.(data);
    targets.forEach((target, index) => {
      mergeEntity(target, index === targets.length - 1 ? data : copyOf(data));
    });
  };
}

function placed(
  error: GraphQLFormattedError & { readonly path: ResponsePath },
  places: readonly ResponsePath[],
  keys: readonly string[],
): GraphQLError[] {
  const { path } = error;
  if (path.length > 0) return places.map((place) => errorAt(error, [...place, ...path]));
  return errorsAtFields(
    error,
    places.flatMap((place) => keys.map((key) => [...place, key])),
  );
}

import { type FetchDataRewrite } from '@apollo/query-planner';
import { type Entity, isEntity } from './entity';
import { type TypeTable } from './type-table';

const fragmentPrefix = '... on ';

/** Changes an object in place: interface objects travel under the interface's name, and colliding keys under others. */
export type Rewriter = (value: unknown) => void;

/** @returns null when there is nothing to rewrite, which is the rule */
export function compileRewrites(rewrites: readonly FetchDataRewrite[] | undefined, types: TypeTable): Rewriter | null {
  if (!rewrites?.length) return null;
  const all = rewrites.map((rewrite) => compileRewrite(rewrite, types));
  return (value) => {
    for (const rewrite of all) rewrite(value);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, types: TypeTable): Rewriter {
  const key = rewrite.path.at(-1);
  if (key === undefined || key.startsWith(fragmentPrefix)) throw new Error('The plan has a rewrite of an unknown kind');
  const apply = (object: Entity): void => {
    if (rewrite.kind === 'ValueSetter') object[key] = rewrite.setValueTo;
    else if (object[key] !== undefined && object[key] !== null) {
      object[rewrite.renameKeyTo] = object[key];
      object[key] = undefined;
    }
  };
  return rewrite.path.slice(0, -1).reduceRight<Rewriter>(
    (next, step) => descend(step, next, types),
    (value) => {
      forEachObject(value, apply);
    },
  );
}

function descend(step: string, next: Rewriter, types: TypeTable): Rewriter {
  const condition = step.startsWith(fragmentPrefix) ? step.slice(fragmentPrefix.length) : null;
  return (value) => {
    forEachObject(value, (object) => {
      if (condition === null) next(object[step]);
      else if (types.fits(object, condition, true)) next(object);
    });
  };
}

function forEachObject(value: unknown, visit: (object: Entity) => void): void {
  if (Array.isArray(value)) for (const item of value) forEachObject(item, visit);
  else if (isEntity(value)) visit(value);
}

/** A path in a subgraph's answer as it is after the rewrites: errors name keys that exist in plans only. */
export function compilePathRewrite(
  rewrites: readonly FetchDataRewrite[] | undefined,
): (path: readonly (string | number)[]) => readonly (string | number)[] {
  const names = new Map<string | number, string>();
  for (const rewrite of rewrites ?? []) {
    const key = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && key !== undefined) names.set(key, rewrite.renameKeyTo);
  }
  return names.size === 0 ? (path) => path : (path) => path.map((step) => names.get(step) ?? step);
}

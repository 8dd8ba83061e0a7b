import { type Entity, isEntity } from './entity';

/** Where in an answer: response keys and indices of lists. */
export type ResponsePath = readonly (string | number)[];

/** A planner's path: response keys, and `@` for every element of a list. */
export type PlanPath = readonly (string | number)[];

/** Finds every object at the path, in the order of the answer and each once, in however many places it stands. */
export type Collector = (data: Entity) => Entity[];

/** What was found, and which lists were looked through: entities share what a fetch said about them. */
interface Search {
  readonly found: Entity[];
  readonly seen: Set<object>;
}

type Visit = (value: unknown, search: Search) => void;

/** @throws {Error} for a step this executor does not know: a plan must never be half understood */
export function compileCollector(path: PlanPath): Collector {
  const visit = path.reduceRight<Visit>((next, step) => stepTo(step, next), collectObject);
  return (data) => {
    const search = { found: [], seen: new Set<object>() };
    visit(data, search);
    return search.found;
  };
}

function collectObject(value: unknown, search: Search): void {
  if (Array.isArray(value)) for (const item of value) collectObject(item, search);
  else if (isEntity(value) && !search.seen.has(value)) {
    search.seen.add(value);
    search.found.push(value);
  }
}

function stepTo(step: string | number, next: Visit): Visit {
  if (typeof step === 'number' || step.startsWith('...') || step.includes('|')) {
    throw new Error(`The plan has a path step of an unknown kind: ${String(step)}`);
  }
  if (step === '@') {
    return (value, search) => {
      if (!Array.isArray(value) || search.seen.has(value)) return;
      search.seen.add(value);
      for (const item of value) next(item, search);
    };
  }
  return (value, search) => {
    if (isEntity(value)) next(value[step], search);
  };
}

/** Every place of every object that the collector of the same plan path finds. */
export function placesAt(data: Entity, path: PlanPath): ReadonlyMap<Entity, readonly ResponsePath[]> {
  const places = new Map<Entity, ResponsePath[]>();
  const walk = (value: unknown, index: number, at: ResponsePath): void => {
    const step = path[index];
    if (Array.isArray(value) && (step === '@' || step === undefined)) {
      value.forEach((item, position) => {
        walk(item, step === '@' ? index + 1 : index, [...at, position]);
      });
    } else if (isEntity(value)) {
      if (step === undefined) places.set(value, [...(places.get(value) ?? []), at]);
      else walk(value[step], index + 1, [...at, step]);
    }
  };
  walk(data, 0, []);
  return places;
}

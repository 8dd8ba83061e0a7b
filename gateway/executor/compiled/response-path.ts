import { type Entity, isEntity } from './entity';

/** Where in an answer: response keys and indices of lists. */
export type ResponsePath = readonly (string | number)[];

/** A planner's path: response keys, and `@` for every element of a list. */
export type PlanPath = readonly (string | number)[];

/** What is found at one path of an answer. */
export class Found {
  /** In the order of the answer and each once, in however many places it stands. */
  readonly objects: Entity[] = [];
  private readonly seen = new Set<object>();
  /** Every place where one was come upon: what holds it, and under which key or index. */
  private readonly holders: Holder[] = [];
  private readonly keys: (string | number)[] = [];

  /** @returns false when a list was looked through before: entities share what a fetch said about them */
  enter(list: readonly unknown[]): boolean {
    if (this.seen.has(list)) return false;
    this.seen.add(list);
    return true;
  }

  add(object: Entity, holder: Holder, key: string | number): void {
    this.holders.push(holder);
    this.keys.push(key);
    if (this.seen.has(object)) return;
    this.seen.add(object);
    this.objects.push(object);
  }

  /** Puts others in the places of some. */
  replace(others: ReadonlyMap<unknown, Entity>): void {
    this.holders.forEach((holder, index) => {
      const key = this.keys[index] ?? 0;
      const other = others.get(holder[key]);
      if (other) holder[key] = other;
    });
  }
}

type Holder = Record<string | number, unknown>;

/** Finds every object at the path. */
export type Collector = (data: Entity) => Found;

/** @param key where the holder has the value */
type Visit = (holder: Holder, key: string | number, found: Found) => void;

/** @throws {Error} for a step this executor does not know: a plan must never be half understood */
export function compileCollector(path: PlanPath): Collector {
  const visit = path.reduceRight<Visit>((next, step) => stepTo(step, next), collectObject);
  return (data) => {
    const found = new Found();
    visit({ data }, 'data', found);
    return found;
  };
}

function collectObject(holder: Holder, key: string | number, found: Found): void {
  const value = holder[key];
  if (Array.isArray(value)) forEachItem(value, found, collectObject);
  else if (isEntity(value)) found.add(value, holder, key);
}

function forEachItem(list: unknown[], found: Found, visit: Visit): void {
  for (let index = 0; index < list.length; index++) visit(list as unknown as Holder, index, found);
}

function stepTo(step: string | number, next: Visit): Visit {
  if (typeof step === 'number' || step.startsWith('...') || step.includes('|')) {
    throw new Error(`The plan has a path step of an unknown kind: ${String(step)}`);
  }
  if (step === '@') {
    return (holder, key, found) => {
      const value = holder[key];
      if (Array.isArray(value) && found.enter(value)) forEachItem(value, found, next);
    };
  }
  return (holder, key, found) => {
    const value = holder[key];
    if (isEntity(value)) next(value, step, found);
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

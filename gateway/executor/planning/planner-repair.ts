import { MapWithCachedArrays } from '@apollo/federation-internals';

/** The planner's groups of fetches, as far as the repair knows them. */
interface FetchGroup {
  canMergeChildIn(child: FetchGroup): boolean;
  isDescendantOf(other: FetchGroup): boolean;
  parentGroups(): readonly FetchGroup[];
}

let isRepaired = false;

/**
 * Repairs what is known as router#9967: a group of fetches is merged into its parent although it waits for others, so
 * that a field is fetched before what it requires, and answers wrong without an error. The planner keeps the class of its
 * groups to itself; it is found among the values that the planner keeps in a map of its own.
 * @param planSomething makes any plan
 * @throws {Error} when the planner is another one than this was written for: better no gateway than wrong answers
 */
export function repairPlanner(planSomething: () => void): void {
  if (isRepaired) return;
  const group = findGroup(planSomething);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the group it is asked of, below
  const original = group.canMergeChildIn;
  group.canMergeChildIn = function canMergeChildIn(this: FetchGroup, child: FetchGroup): boolean {
    const waitsForOthers = child.parentGroups().some((parent) => parent !== this && !this.isDescendantOf(parent));
    return !waitsForOthers && original.call(this, child);
  };
  isRepaired = true;
}

function findGroup(planSomething: () => void): FetchGroup {
  const prototype = MapWithCachedArrays.prototype as { set(key: unknown, value: unknown): unknown };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back as it was
  const { set } = prototype;
  let group: FetchGroup | null = null;
  prototype.set = function watched(this: unknown, key: unknown, value: unknown): unknown {
    if (isGroup(value)) group = Object.getPrototypeOf(value) as FetchGroup;
    return set.call(this, key, value);
  };
  try {
    planSomething();
  } finally {
    prototype.set = set;
  }
  // TypeScript does not see that the watched map has set it.
  const found = group as FetchGroup | null;
  if (!found) throw new Error('The planner is not the one whose known fault is repaired here');
  return found;
}

function isGroup(value: unknown): boolean {
  return typeof (value as Partial<FetchGroup> | null)?.canMergeChildIn === 'function';
}

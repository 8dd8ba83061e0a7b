/** An object of an answer while it is being put together. Later fetches add to it. */
export type Entity = Record<string, unknown>;

export function isEntity(value: unknown): value is Entity {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Adds what a later fetch said about an object. Lists are merged element by element: both sides describe the same one.
 * A key called `__proto__` would be taken for the prototype; no schema has a field of that name.
 */
export function mergeEntity(target: Entity, source: Entity): void {
  for (const key in source) {
    const value = source[key];
    if (value === undefined || key === '__proto__') continue;
    const present = target[key];
    if (typeof present === 'object' && present !== null) target[key] = mergeValue(present, value);
    else target[key] = value;
  }
}

function mergeValue(present: object, value: unknown): unknown {
  if (Array.isArray(present)) {
    if (!Array.isArray(value) || value.length !== present.length) return value;
    for (let index = 0; index < value.length; index++) present[index] = mergeItem(present[index], value[index]);
    return present;
  }
  if (!isEntity(value)) return value;
  mergeEntity(present as Entity, value);
  return present;
}

function mergeItem(present: unknown, value: unknown): unknown {
  return typeof present === 'object' && present !== null ? mergeValue(present, value) : value;
}

/** A copy that shares nothing: two places of an answer may grow differently from the same entity. */
export function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (!isEntity(value)) return value;
  const copy: Entity = {};
  for (const key in value) copy[key] = copyOf(value[key]);
  return copy as Value;
}

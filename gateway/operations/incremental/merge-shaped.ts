type Values = Record<string, unknown>;

/** Adds to what a client has been given what it is given now, as it will itself: object by object. */
export function mergeShaped(target: Values, source: Values): void {
  for (const key in source) target[key] = merged(target[key], source[key]);
}

function merged(present: unknown, value: unknown): unknown {
  if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
    return present.map((item, index) => merged(item, value[index]));
  }
  if (!isObject(present) || !isObject(value)) return value;
  mergeShaped(present, value);
  return present;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

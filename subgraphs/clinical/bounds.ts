import { InputError } from '#shared/errors';

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** @throws {InputError} naming the field of the input and what it may be. Nothing given is within all bounds. */
export function assertWithin(value: number | null | undefined, { min, max }: Bounds, field: string): void {
  if (value == null || (value >= min && value <= max)) return;
  throw new InputError(`${field} is a number from ${String(min)} to ${String(max)}`, ['input', field]);
}

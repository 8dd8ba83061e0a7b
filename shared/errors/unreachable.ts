/** For the `default` of a switch over a closed union: adding a member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${String(value)}`);
}

import { DomainError } from '#shared/errors';

/** A state machine as a table: `from → trigger → to`. */
export type Machine<State extends string, Trigger extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Trigger, State>>>>
>;

/** States that can be reached from this one in one step. */
export function reachable<State extends string>(machine: Machine<State, string>, from: State): State[] {
  return [...new Set(Object.values<State | undefined>(machine[from]))].filter((state) => state !== undefined);
}

/** @throws {DomainError} ILLEGAL_TRANSITION when the machine has no such arrow. */
export function nextState<State extends string, Trigger extends string>(
  machine: Machine<State, Trigger>,
  from: State,
  trigger: NoInfer<Trigger>,
): State {
  const to = machine[from][trigger];
  if (to !== undefined) return to;
  throw new DomainError('ILLEGAL_TRANSITION', `This cannot be done (${trigger}) in the state ${from}`, {
    details: { from, to: trigger, allowed: reachable(machine, from) },
  });
}

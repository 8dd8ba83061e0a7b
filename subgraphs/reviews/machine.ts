import { DomainError } from '#shared/errors';

/** A state machine as a table: `from → trigger → to`. */
export type Machine<State extends string, Trigger extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Trigger, State>>>>
>;

/** @throws {DomainError} ILLEGAL_TRANSITION when the machine has no such arrow. */
export function nextState<State extends string, Trigger extends string>(
  machine: Machine<State, Trigger>,
  from: State,
  trigger: NoInfer<Trigger>,
): State {
  const arrows = machine[from];
  const to = arrows[trigger];
  if (to !== undefined) return to;
  const allowed = [...new Set(Object.values<State | undefined>(arrows))];
  throw new DomainError('ILLEGAL_TRANSITION', `This cannot be done in the state ${from}`, {
    details: { from, to: trigger, allowed },
  });
}

/** States with no way out. */
export function isFinal<State extends string>(machine: Machine<State, string>, state: State): boolean {
  return Object.keys(machine[state]).length === 0;
}

/** States that have one. */
export function openStates<State extends string>(machine: Machine<State, string>): State[] {
  return (Object.keys(machine) as State[]).filter((state) => !isFinal(machine, state));
}

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
  throw new DomainError('ILLEGAL_TRANSITION', `The state ${from} does not allow: ${trigger}`, {
    details: { from, to: trigger, allowed },
  });
}

/** States that have an arrow of this name. */
export function statesWith<State extends string, Trigger extends string>(
  machine: Machine<State, Trigger>,
  trigger: NoInfer<Trigger>,
): State[] {
  return (Object.keys(machine) as State[]).filter((state) => trigger in machine[state]);
}

import { type Thing } from './world';

/**
 * What goes wrong at a field of a subgraph: it throws, answers null, has null items in its list, or answers null where
 * its own schema forbids that, as servers do that are not written with graphql-js. `_entities` of a type is `Type.*`.
 */
export type FaultKind = 'error' | 'null' | 'nullItem' | 'breach';

export interface FieldFault {
  readonly kind: FaultKind;
  readonly subgraph: string;
  /** `Type.field` */
  readonly coordinate: string;
  /** Only things whose number, divided by 2, leaves this; null for all of them. */
  readonly parity: 0 | 1 | null;
}

/** What goes wrong with a subgraph as a whole: it cannot be reached, or refuses every operation. */
export interface Outage {
  readonly kind: 'unreachable' | 'refusing';
  readonly subgraph: string;
}

export class Faults {
  constructor(
    readonly fields: readonly FieldFault[] = [],
    readonly outages: readonly Outage[] = [],
  ) {}

  get isEmpty(): boolean {
    return this.fields.length === 0 && this.outages.length === 0;
  }

  at(subgraph: string, coordinate: string, { number }: Pick<Thing, 'number'>): FaultKind | null {
    const fault = this.fields.find(
      (one) =>
        one.subgraph === subgraph &&
        one.coordinate === coordinate &&
        (one.parity === null || one.parity === number % 2),
    );
    return fault?.kind ?? null;
  }

  outageOf(subgraph: string): Outage['kind'] | null {
    return this.outages.find((one) => one.subgraph === subgraph)?.kind ?? null;
  }

  hasBreach(subgraph: string): boolean {
    return this.fields.some((one) => one.subgraph === subgraph && one.kind === 'breach');
  }
}

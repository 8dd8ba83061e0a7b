import { type DemoContext } from '#shared/subgraph';

/** What a process is asked to fill itself with. */
export type DemoOrder = Pick<DemoContext<unknown>, 'organisation' | 'people'>;

/** From the launcher to a process. */
export type Order =
  /** Every subgraph listens: events may flow. */
  { readonly type: 'begin' } | ({ readonly type: 'seedDemo' } & DemoOrder);

/** From a process to the launcher. */
export type Report =
  | Ready
  /** It could not start; why, in one line. */
  | { readonly type: 'failed'; readonly line: string }
  /** It got a SIGTERM: meant for it alone, or for the whole group and then its turn comes. The launcher knows which. */
  | { readonly type: 'asksToStop' }
  | { readonly type: 'seeded'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly type: 'seedFailed'; readonly line: string };

export interface Ready {
  readonly type: 'ready';
  /** Where it listens. */
  readonly url: string;
  /** From the process's birth, in milliseconds. */
  readonly startedInMs: number;
  /** Variables that other processes need from it. */
  readonly settings: Readonly<Record<string, string>>;
}

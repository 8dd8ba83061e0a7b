import { type QuickTest } from './leaf';
import { type ProjectionRun } from './projection-run';

/**
 * Gives a value its shape: what the form makes of it, `bubble` when it must be null and may not, or null when it does not
 * fit. @param depth of the value in the answer
 */
export type Complete = (value: unknown, run: ProjectionRun, depth: number) => unknown;

export type Source = Readonly<Record<string, unknown>>;

/** One field of an answered object. */
export interface FieldShape {
  /** Where the client wants it. */
  readonly key: string;
  /** Where it stands in what was fetched. */
  readonly sourceKey: string;
  /** Of its value; for a field that is not fetched, of nothing. */
  readonly complete: Complete;
  /** What it holds for needs no completing. */
  readonly quickTest: QuickTest | null;
}

/** What a projection makes of an answer: values of JavaScript, or the bytes of its JSON without the way over them. */
export interface Form {
  leaf(value: unknown, run: ProjectionRun): unknown;
  /** Every item completed by `complete`; `bubble` as soon as one is. */
  list(values: readonly unknown[], complete: Complete, at: { run: ProjectionRun; depth: number }): unknown;
  /** One function for the fields of one type. */
  object(fields: readonly FieldShape[]): Complete;
  /** Null where the value is, and where one within it bubbles as far as here. */
  orNull(complete: Complete): Complete;
  /** What was made of a list that stands in several places, by one shape. */
  again(made: unknown, run: ProjectionRun): unknown;
  /** @param make makes it @returns what `again` needs */
  remember(make: () => unknown, run: ProjectionRun): { readonly answer: unknown; readonly made: unknown };
}

/** A string of a program: JSON is a subset of the language. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

import { type WrittenTest } from './leaf';
import { type ProjectionRun, bubble } from './projection-run';

/** Gives a value its shape; `bubble` when it must be null and may not. @param depth of the value in the answer */
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
  readonly quickTest: WrittenTest | null;
}

/**
 * One function for the fields of one type, written as somebody would by hand who knew the query:
 * `{ id: …, name: … }` has one hidden class, and values that are as they should be are taken without a call. Assigning
 * the keys in a loop takes twice the time. Keys enter the text as JSON strings only.
 */
export function writeObjectShape(fields: readonly FieldShape[]): Complete {
  const lines = fields.map(({ key, sourceKey, quickTest }, index) => {
    const [value, complete] = [`v${String(index)}`, `complete[${String(index)}]`];
    const completed = `run.path[depth] = ${quoted(key)};
      ${value} = ${complete}(${value}, run, depth + 1);
      if (${value} === bubble) return bubble;`;
    return `let ${value} = source[${quoted(sourceKey)}];
    ${quickTest ? `if (!(${quickTest(value)})) { ${completed} }` : completed}`;
  });
  // In brackets, for a key called `__proto__` would set the prototype.
  const properties = fields.map(({ key }, index) => `[${quoted(key)}]: v${String(index)}`);
  const text = `return (source, run, depth) => {
    ${lines.join('\n')}
    return { ${properties.join(', ')} };
  };`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made above, of JSON strings and numbers
  const write = new Function('complete', 'bubble', text) as (complete: Complete[], end: typeof bubble) => Complete;
  return write(
    fields.map(({ complete }) => complete),
    bubble,
  );
}

/** A string of the program: JSON is a subset of the language. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

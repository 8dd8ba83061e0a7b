import { type Complete, type FieldShape, type Form, quoted } from './form';
import { bubble } from './projection-run';

/** What completing says when the bytes have been written. */
const written = Symbol('written');

/** Where in the bytes a list stands that may stand elsewhere too. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The answer as the bytes of its JSON. Writing them one by one takes half the time of making objects, `JSON.stringify` and
 * encoding (235 against 548 µs for an answer of 90 KB), and leaves no garbage.
 */
export const byteForm: Form = {
  leaf: (value, { out }) => {
    out.json(JSON.stringify(value));
    return written;
  },
  list: (values, complete, { run, depth }) => {
    const { out } = run;
    out.plain('[');
    for (let index = 0; index < values.length; index++) {
      if (index > 0) out.plain(',');
      run.path[depth] = index;
      if (complete(values[index], run, depth + 1) === bubble) return bubble;
    }
    out.plain(']');
    return written;
  },
  object: writeObject,
  orNull: (complete) => (value, run, depth) => {
    const { out } = run;
    if (value !== null && value !== undefined) {
      const start = out.length;
      const completed = complete(value, run, depth);
      if (completed === written) return written;
      out.cutTo(start);
      // What was written since is gone, and what was to be copied from there too.
      run.forget();
    }
    out.plain('null');
    return written;
  },
  again: (made, { out }) => {
    const { from, to } = made as Stretch;
    out.copy(from, to);
    return written;
  },
  remember: (make, { out }) => {
    const from = out.length;
    const answer = make();
    return { answer, made: { from, to: out.length } satisfies Stretch };
  },
};

/** Written as somebody would by hand who knew the query. Keys enter the text as JSON strings only. */
function writeObject(fields: readonly FieldShape[]): Complete {
  const lines = fields.map(({ key, sourceKey, quickTest }, index) => {
    const completed = `run.path[depth] = ${quoted(key)};
      if (complete[${String(index)}](value, run, depth + 1) === bubble) return bubble;`;
    const quick = quickTest && `if (${quickTest.written('value')}) ${writtenQuickly(quickTest.isString)}`;
    return `value = source[${quoted(sourceKey)}];
    out.plain(${quoted(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`)});
    ${quick ? `${quick} else { ${completed} }` : completed}`;
  });
  const text = `return (source, run, depth) => {
    const { out } = run;
    let value;
    ${lines.join('\n')}
    out.plain(${quoted(fields.length === 0 ? '{}' : '}')});
    return written;
  };`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made above, of JSON strings and numbers
  const write = new Function('complete', 'bubble', 'written', text) as (
    complete: Complete[],
    end: typeof bubble,
    done: typeof written,
  ) => Complete;
  return write(
    fields.map(({ complete }) => complete),
    bubble,
    written,
  );
}

function writtenQuickly(isString: boolean): string {
  // A number or a boolean reads the same in JSON as in JavaScript.
  return isString ? 'out.string(value);' : "out.plain('' + value);";
}

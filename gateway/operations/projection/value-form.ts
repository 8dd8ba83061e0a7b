import { type Complete, type FieldShape, type Form, quoted } from './form';
import { bubble } from './projection-run';

/** The answer as values of JavaScript. */
export const valueForm: Form = {
  leaf: (value) => value,
  list: (values, complete, { run, depth }) => {
    const answer: unknown[] = new Array(values.length);
    for (let index = 0; index < values.length; index++) {
      run.path[depth] = index;
      const value = complete(values[index], run, depth + 1);
      if (value === bubble) return bubble;
      answer[index] = value;
    }
    return answer;
  },
  object: writeObject,
  orNull: (complete) => (value, run, depth) => {
    if (value === null || value === undefined) return null;
    const completed = complete(value, run, depth);
    return completed === bubble ? null : completed;
  },
  again: (made) => made,
  remember: (make) => {
    const answer = make();
    return { answer, made: answer };
  },
};

/**
 * Written as somebody would by hand who knew the query: `{ id: …, name: … }` has one hidden class, and values that are as
 * they should be are taken without a call. Assigning the keys in a loop takes twice the time. Keys enter the text as JSON
 * strings only.
 */
function writeObject(fields: readonly FieldShape[]): Complete {
  const lines = fields.map(({ key, sourceKey, quickTest }, index) => {
    const [value, complete] = [`v${String(index)}`, `complete[${String(index)}]`];
    const completed = `run.path[depth] = ${quoted(key)};
      ${value} = ${complete}(${value}, run, depth + 1);
      if (${value} === bubble) return bubble;`;
    return `let ${value} = source[${quoted(sourceKey)}];
    ${quickTest ? `if (!(${quickTest.written(value)})) { ${completed} }` : completed}`;
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

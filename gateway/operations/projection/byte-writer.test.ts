import fc from 'fast-check';
import { answerWriter } from './byte-writer';

/** Any string at all, halves of pairs included. */
const anyString = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
const long = fc.tuple(anyString, fc.integer({ min: 1, max: 400 })).map(([text, times]) => text.repeat(times));

afterEach(() => answerWriter.cutTo(0));

test('writes every string as JSON.stringify and UTF-8 do', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyString, fc.string({ unit: 'grapheme' }), long)), (texts) => {
      for (const text of texts) answerWriter.string(text);
      expect(answerWriter.take().toString('utf8')).toBe(texts.map((text) => JSON.stringify(text)).join(''));
    }),
  );
});

test('what stands there can be written once more, and what was begun can be taken back, however long it grows', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), long)), (steps) => {
      let expected = Buffer.of();
      for (const [isCopied, text] of steps) {
        const from = answerWriter.length;
        answerWriter.json(text);
        const to = answerWriter.length;
        if (isCopied) answerWriter.copy(from, to);
        else answerWriter.cutTo(from);
        const bytes = Buffer.from(text);
        if (isCopied) expected = Buffer.concat([expected, bytes, bytes]);
      }
      expect(answerWriter.take().equals(expected)).toBe(true);
    }),
  );
});

test('an answer that was taken stays as it is while the next one is written', () => {
  answerWriter.plain('first');
  const first = answerWriter.take();
  answerWriter.plain('second');
  expect(first.toString()).toBe('first');
});

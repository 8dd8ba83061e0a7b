import fc from 'fast-check';
import {
  blindIndex,
  normaliseDigits,
  normaliseEmail,
  normaliseName,
  prefixTokens,
  searchTokens,
  sha256Hex,
  timingSafeEqualText,
} from '#shared/crypto';

const key = Buffer.alloc(32, 1);

test('a blind index is 32 hex characters, the same for the same value, field and key only', () => {
  const index = blindIndex(key, 'email', 'ada@example.org');
  expect(index).toMatch(/^[0-9a-f]{32}$/);
  expect(blindIndex(key, 'email', 'ada@example.org')).toBe(index);
  expect(blindIndex(key, 'mrn', 'ada@example.org')).not.toBe(index);
  expect(blindIndex(Buffer.alloc(32, 2), 'email', 'ada@example.org')).not.toBe(index);
});

test.each([
  ['Renée', 'renee'],
  ['  Anne-Marie   O’Brien ', 'anne marie obrien'],
  ['Strauß', 'strauss'],
  ['STRAUẞ', 'strauss'],
  ['Nguyễn', 'nguyen'],
  ['İpek', 'ipek'],
  ['ΟΔΥΣΣΕΎΣ', 'οδυσσευσ'],
  ['Ｊｏｓé', 'jose'],
])('the name %s is searched as %s', (name, expected) => {
  expect(normaliseName(name)).toBe(expected);
});

test('a normalised name stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(normaliseName(normaliseName(name))).toBe(normaliseName(name));
    }),
    { numRuns: 2_000 },
  );
});

test('e-mail addresses and numbers are compared without case, spaces and dashes', () => {
  expect(normaliseEmail(' Ada@Example.ORG ')).toBe('ada@example.org');
  expect(normaliseDigits('943-476 5919')).toBe('9434765919');
});

test('a name is indexed by the beginnings of its words', () => {
  expect(prefixTokens('Ada Lovelacely')).toEqual(['ada', 'lov', 'love', 'lovel', 'lovela', 'lovelac', 'lovelace']);
  expect(prefixTokens('Ng')).toEqual(['ng']);
  expect(prefixTokens(' - ')).toEqual([]);
});

test('whoever types three letters or more of a word finds the name, and all of a short one', () => {
  const word = fc.stringMatching(/^[a-zé]{1,12}$/);
  fc.assert(
    fc.property(word, fc.integer({ min: 3, max: 12 }), (name, typed) => {
      expect(prefixTokens(name)).toEqual(expect.arrayContaining(searchTokens(name.slice(0, typed))));
    }),
  );
});

test('digests and comparisons', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(timingSafeEqualText('a', 'a')).toBe(true);
  expect(timingSafeEqualText('a', 'b')).toBe(false);
  expect(timingSafeEqualText('a', 'aa')).toBe(false);
});

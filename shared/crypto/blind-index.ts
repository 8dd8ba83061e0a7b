import { createHmac } from 'node:crypto';

const hexLength = 32; // 128 bits: no two values of one organisation meet by chance
const shortestPrefix = 3;
const longestPrefix = 8;

/**
 * Keyed hash by which a value can be found without being stored: HMAC-SHA-256, 32 hex characters. Equal values have
 * equal hashes within one field and key only. Normalise the value first, the same way when writing and searching.
 */
export function blindIndex(key: Buffer, field: string, value: string): string {
  return createHmac('sha256', key).update(`${field}\0${value}`).digest('hex').slice(0, hexLength);
}

/** "Renée  O’Brien-Strauß" → "renee obrien strauss": words in lower case without marks, one space between. */
export function normaliseName(name: string): string {
  return fold(name)
    .replace(/['’‘ʼ`´]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Lower case throughout: RFC 5321 §2.4 lets mailboxes differ by case, but no provider does. */
export function normaliseEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}

/** The decimal digits of an identifier ("943 476 5919" → "9434765919"). Not for telephone numbers: +44 and 0 differ. */
export function normaliseDigits(text: string): string {
  return text.normalize('NFKC').replace(/[^0-9]/g, '');
}

/** What is indexed of a name: the first 3 to 8 letters of each word, and words shorter than that whole. */
export function prefixTokens(name: string): string[] {
  const tokens = words(name).flatMap((letters) => {
    const longest = Math.min(letters.length, longestPrefix);
    const lengths = Array.from({ length: Math.max(longest - shortestPrefix, 0) + 1 }, (_, index) => longest - index);
    return lengths.map((length) => letters.slice(0, length).join(''));
  });
  return [...new Set(tokens)].sort();
}

/** What to look for: one token per word typed. A name matches when its prefix tokens hold every one. */
export function searchTokens(typed: string): string[] {
  return [...new Set(words(typed).map((letters) => letters.slice(0, longestPrefix).join('')))].sort();
}

function words(name: string): string[][] {
  return normaliseName(name)
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => Array.from(word));
}

/** Full case folding: through upper case (ß → SS), and the final sigma like any other. */
function fold(text: string): string {
  const stripped = stripMarks(text).toLowerCase().toUpperCase().toLowerCase();
  return stripMarks(stripped).replaceAll('ς', 'σ');
}

function stripMarks(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '');
}

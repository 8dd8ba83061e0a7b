// eslint-disable-next-line no-control-regex -- they are what JSON strings escape (RFC 8259 §7)
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

/** JSON text of a value; most are short strings with nothing to escape. */
export function jsonOf(value: unknown): string {
  if (typeof value === 'string' && value.length < 64 && !needsEscape.test(value)) return `"${value}"`;
  return JSON.stringify(value);
}

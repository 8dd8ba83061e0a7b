const firstBytes = 64 * 1024;
/** One answer that was larger does not hold its memory for ever. */
const keptBytes = 1024 * 1024;

/** Longer strings are left to `JSON.stringify`. */
const longest = 2_000;
const mostBytesPerUnit = 3;

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;

/** Bytes of JSON in UTF-8, in memory that is used again for the next answer. */
class ByteWriter {
  length = 0;
  private bytes = Buffer.allocUnsafeSlow(firstBytes);

  /** @param text ASCII that needs no escaping */
  plain(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /** A string as JSON has it (RFC 8259 §7). */
  string(text: string): void {
    const { length } = text;
    if (length > longest || !this.writeUnescaped(text)) this.json(JSON.stringify(text));
  }

  /** @param text JSON already */
  json(text: string): void {
    this.reserve(text.length * mostBytesPerUnit);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  /** What stands there already, once more. */
  copy(from: number, to: number): void {
    this.reserve(to - from);
    this.bytes.copyWithin(this.length, from, to);
    this.length += to - from;
  }

  cutTo(length: number): void {
    this.length = length;
  }

  /** @returns what was written, in memory of its own */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.length);
    this.bytes.copy(taken, 0, 0, this.length);
    this.length = 0;
    if (this.bytes.length > keptBytes) this.bytes = Buffer.allocUnsafeSlow(firstBytes);
    return taken;
  }

  /** @returns false, and has written nothing, when a character must be escaped: most strings hold none */
  private writeUnescaped(text: string): boolean {
    const { length } = text;
    this.reserve(length * mostBytesPerUnit + 2);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = quote;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < 0x80) {
        if (unit < space || unit === quote || unit === backslash) return false;
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        // Halves of a pair; one without its other half is escaped.
        if (unit >= 0xd800 && unit <= 0xdfff) return false;
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      }
    }
    bytes[at++] = quote;
    this.length = at;
    return true;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Where every answer is written: one at a time, from beginning to end. */
export const answerWriter = new ByteWriter();

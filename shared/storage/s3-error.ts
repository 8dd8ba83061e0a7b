/** A refusal in S3's own words, so that every S3 client understands it. */
export class S3Error extends Error {
  override readonly name = 'S3Error';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string = code,
  ) {
    super(message);
  }

  toXml(): string {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${this.code}</Code><Message>${escapeXml(this.message)}</Message></Error>`;
  }
}

export function escapeXml(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:=/()_-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

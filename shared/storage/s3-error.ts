/** A refusal in S3's own words, so that every S3 client understands it. */
export class S3Error extends Error {
  override readonly name = 'S3Error';

  // eslint-disable-next-line @typescript-eslint/max-params -- status, code and message are what an S3 error is; few say more
  constructor(
    readonly status: number,
    readonly code: string,
    message: string = code,
    /** Further elements, e.g. the `Endpoint` to go to. */
    private readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  toXml(): string {
    const elements = Object.entries({ Code: this.code, Message: this.message, ...this.details });
    const body = elements.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('');
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${body}</Error>`;
  }
}

export function escapeXml(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:=/()_-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

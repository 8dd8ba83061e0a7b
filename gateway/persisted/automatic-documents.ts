const maxDocumentLength = 64 * 1024;

/** Documents that clients have registered (Apollo's automatic persisted queries): bounded, the least used forgotten first. */
export class AutomaticDocuments {
  private readonly documents = new Map<string, string>();
  private length = 0;

  /** @param maxLength of all documents together, in UTF-16 units */
  constructor(private readonly maxLength: number) {}

  get(hash: string): string | undefined {
    const source = this.documents.get(hash);
    if (source === undefined) return undefined;
    this.documents.delete(hash);
    this.documents.set(hash, source);
    return source;
  }

  /** A document beyond the length of any reasonable one is not kept: it would push out many others. */
  set(hash: string, source: string): void {
    if (source.length > maxDocumentLength || this.get(hash) !== undefined) return;
    this.documents.set(hash, source);
    this.length += source.length;
    for (const [oldest, { length }] of this.documents) {
      if (this.length <= this.maxLength) return;
      this.documents.delete(oldest);
      this.length -= length;
    }
  }
}

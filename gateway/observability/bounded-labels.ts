/** Lets the first so many values through and calls all others `other`: whoever can send new ones cannot fill memory. */
export class BoundedLabels {
  private readonly known = new Set<string>();

  constructor(private readonly limit: number) {}

  /** @param value a label, or several joined to one text */
  admits(value: string): boolean {
    if (this.known.has(value)) return true;
    if (this.known.size >= this.limit) return false;
    this.known.add(value);
    return true;
  }
}

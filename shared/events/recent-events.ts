/** The last entries of a tail, in memory: whoever comes back soon is answered from here. */
export class RecentEvents<Entry> {
  private entries: Entry[] = [];

  /** @param onForget hears of each entry that falls out, oldest first */
  constructor(
    private readonly maxEntries: number,
    private readonly onForget: (entry: Entry) => void,
  ) {}

  add(entry: Entry): void {
    this.entries.push(entry);
    // Not one by one: moving all the others for each would cost more than the memory is worth.
    if (this.entries.length < 2 * this.maxEntries) return;
    this.entries.splice(0, this.entries.length - this.maxEntries).forEach(this.onForget);
  }

  filter(wants: (entry: Entry) => boolean): Entry[] {
    return this.entries.filter(wants);
  }

  clear(): void {
    this.entries = [];
  }
}

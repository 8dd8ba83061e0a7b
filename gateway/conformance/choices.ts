/**
 * Decisions taken from a list of numbers. When the list is used up, every decision is the first of what there is to
 * choose from, which callers make the simplest; so a shorter list of smaller numbers makes a simpler thing, and
 * fast-check's shrinking of the list shrinks what is made of it.
 */
export class Choices {
  private position = 0;

  constructor(private readonly numbers: readonly number[]) {}

  below(bound: number): number {
    const number = this.numbers[this.position] ?? 0;
    this.position += 1;
    return number % bound;
  }

  /** @param percent how often it is true */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('There is nothing to choose from');
    return item;
  }
}

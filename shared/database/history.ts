const withoutHistory = new Set<object>();

/**
 * Rows of this type leave no versions behind: they are derived from a row that does, and can be made again from it.
 * @param reason which row that is; a reviewer asks, and nothing else keeps it
 */
export function WithoutHistory(reason: string): ClassDecorator {
  if (reason === '') throw new TypeError('Say what the rows are derived from');
  return (target) => {
    withoutHistory.add(target);
  };
}

/** Whether every stored version of this type's rows is kept. */
export function hasHistory(type: object): boolean {
  return !withoutHistory.has(type);
}

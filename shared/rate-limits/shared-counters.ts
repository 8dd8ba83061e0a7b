/** What all processes together have spent in the window that runs. */
export interface SpentInWindow {
  readonly points: number;
  /** Until the window ends and everything is new, in milliseconds. */
  readonly endsInMs: number;
}

/** Where the processes of a platform add up what each has let through. */
export interface SharedCounters {
  /** Adds to the key's window, which begins with its first points. @throws when the store is away */
  add(key: string, points: number, windowSeconds: number): Promise<SpentInWindow>;
  close(): Promise<void>;
}

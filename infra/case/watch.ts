const lookEveryMs = 1_000;

export interface Watch<Event, Found> {
  readonly changes: AsyncIterableIterator<Event>;
  readonly onChange?: (event: Event) => void;
  /** Asks for the present state; null while it is not what is waited for. */
  readonly look: () => Promise<Found | null>;
}

/**
 * Waits for a state by subscription. An event that happens before the server has taken the subscription is never told,
 * so the state is also looked at: at the beginning, after each event, and every second.
 */
export async function waitFor<Event, Found>({ changes, onChange, look }: Watch<Event, Found>): Promise<Found> {
  let next = changes.next();
  try {
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      const event = await Promise.race([next, pause()]);
      if (event === null) continue;
      if (event.done === true) throw new Error('The subscription ended before what was waited for');
      onChange?.(event.value);
      next = changes.next();
    }
  } finally {
    await changes.return?.();
  }
}

function pause(): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(null);
    }, lookEveryMs);
  });
}

import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** How a provider misbehaves, switched at run time by tests and demonstrations. */
export class FaultSwitch<Mode extends string> {
  readonly #schema: z.ZodType<{ mode: Mode; delayMs: number }>;
  #mode: Mode;
  #delayMs = 0;

  /** The first mode is the healthy one. */
  constructor(modes: readonly [Mode, ...Mode[]]) {
    this.#mode = modes[0];
    this.#schema = z.strictObject({
      mode: z.enum(modes),
      delayMs: z.int().min(0).max(600_000).default(2_000),
    });
  }

  get mode(): Mode {
    return this.#mode;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  /** @returns false when the text is not `{ mode, delayMs? }` with a known mode. */
  set(text: string): boolean {
    const { success, data } = this.#schema.safeParse(parseJson(text));
    if (!success) return false;
    this.#mode = data.mode;
    this.#delayMs = data.delayMs;
    return true;
  }

  async pause(signal: AbortSignal): Promise<void> {
    await delay(this.#delayMs, undefined, { signal });
  }
}

/** @returns undefined, which no schema takes, when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

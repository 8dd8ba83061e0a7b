/** When a gateway has more to do than it can. */
export interface OverloadLimits {
  /** Requests that are being answered at the same time; with subgraphs that answer slowly they pile up. */
  readonly inFlight: number;
  /** How long the event loop may take for one turn, which is how long what has arrived waits before it is looked at. */
  readonly turnMs: number;
}

export const defaultOverloadLimits: OverloadLimits = { inFlight: 2_000, turnMs: 250 };

export interface OverloadClock {
  /** In milliseconds; never goes back. */
  readonly now: () => number;
  /** Calls back when the event loop has handled everything that has arrived until now. */
  readonly afterTurn: (callback: () => void) => void;
}

const realClock: OverloadClock = {
  now: () => performance.now(),
  afterTurn: (callback) => {
    setImmediate(callback);
  },
};

/** At least one of a hundred is let in, or nobody would find out that it is over. */
const mostShed = 0.99;
/** A burst, or an operation that is planned for the first time, makes a long turn or two; overload makes one after the other. */
const patienceMs = 2_000;
/** What the shed share changes by in a second of turns that are twice too long, and in a second of good ones. */
const gain = { up: 1, down: 0.4 };
/** One long turn says that there is too much, not how much. */
const mostPerTurn = 0.1;

/**
 * Lets in what can be answered in time, and refuses the rest before it has cost anything: what is queued for too long is
 * work for a client that has given up. The share that is refused rises while turns are too long and falls when they are
 * not, so that the loop stays as busy as it can be. It measures turns only in which requests arrive, by itself costs
 * nothing while there are none, and keeps no process alive.
 */
export class OverloadGuard {
  /** Requests that were let in and are not answered yet. */
  inFlight = 0;
  /** Requests that were not let in, since the start. */
  refused = 0;
  /** Null when no request has arrived in this turn. */
  private turnBeganAt: number | null = null;
  private shedShare = 0;
  /** Of requests to shed: at 0.25 every fourth brings it to 1. */
  private owed = 0;
  private turnedAt: number;
  /** Since when turns have been too long, one after the other but for short ones in between; null when they are not. */
  private late: { readonly since: number; readonly last: number } | null = null;

  constructor(
    private readonly limits: OverloadLimits,
    private readonly clock: OverloadClock = realClock,
  ) {
    this.turnedAt = clock.now();
  }

  /** @returns what must be called once the request has been answered; null when it has to be refused */
  admit(): (() => void) | null {
    if (!this.hasRoom()) {
      this.refused++;
      return null;
    }
    this.inFlight++;
    let isDone = false;
    return () => {
      if (isDone) return;
      isDone = true;
      this.inFlight--;
    };
  }

  /**
   * Whether a request is looked at so late in its turn of the loop that it has waited for too long. To be asked once more
   * right before the work: what was let in when its head came is worked on when its body has come, in another turn.
   */
  isLate(): boolean {
    const now = this.clock.now();
    if (this.turnBeganAt === null) {
      this.turnBeganAt = now;
      this.clock.afterTurn(() => {
        this.turnBeganAt = null;
        this.adapt(this.clock.now() - now);
      });
    }
    return now - this.turnBeganAt > (this.shedShare > 0 ? 2 * this.limits.turnMs : patienceMs);
  }

  private hasRoom(): boolean {
    const isLate = this.isLate();
    this.owed += this.shedShare;
    if (this.owed < 1) return !isLate && this.inFlight < this.limits.inFlight;
    this.owed--;
    return false;
  }

  private adapt(turnMs: number): void {
    const now = this.clock.now();
    const elapsedSeconds = Math.min(1, (now - this.turnedAt) / 1000);
    const excess = Math.min(1, turnMs / this.limits.turnMs - 1);
    this.turnedAt = now;
    this.noteLateness(now, excess > 0);
    if (this.shedShare === 0 && (this.late === null || now - this.late.since < patienceMs)) return;
    const change = excess > 0 ? Math.min(mostPerTurn, gain.up * excess * elapsedSeconds) : -gain.down * elapsedSeconds;
    this.shedShare = Math.min(mostShed, Math.max(0, this.shedShare + change));
    if (this.shedShare === 0) this.owed = 0;
  }

  /** Heads of requests are read in a moment, and their bodies in the turn after that: every other turn may be short. */
  private noteLateness(now: number, isLate: boolean): void {
    if (isLate) this.late = { since: this.late?.since ?? now, last: now };
    else if (this.late && now - this.late.last > patienceMs / 2) this.late = null;
  }
}

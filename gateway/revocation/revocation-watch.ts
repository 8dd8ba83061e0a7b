import { type Actor } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';
import { type Logger } from '#shared/logging';
import { isOfType } from '../consent';
import { cannotTell, type RevocationSource } from './revocation-source';
import { RevokedTokens } from './revoked-tokens';

export interface RevocationSettings {
  /** Between two questions when no event asks for one. Twice this and one answer is how late a revocation may come. */
  readonly pollMs: number;
  /** After so long with neither answers nor events tokens are refused: nobody can say that they still stand. */
  readonly blindMs: number;
  /** Longest wait of a request for the first answer of all. */
  readonly readyMs: number;
}

export const defaultRevocationSettings: RevocationSettings = {
  pollMs: 2_000,
  blindMs: 60_000,
  readyMs: 5_000,
};

/** What the watch needs of the gateway's event source. */
interface RevocationEvents {
  /** @returns ends the subscription */
  subscribe(listener: (event: PlatformEvent) => void): () => void;
  /** False while events may be heard late or not at all. Absent: never. */
  isFollowing?(): boolean;
}

export interface RevocationWatchOptions extends RevocationSettings {
  readonly source: RevocationSource;
  readonly events: RevocationEvents;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Which tokens stand. */
export interface TokenStanding {
  /** Resolves once it can be told. @throws {DomainError} UPSTREAM_UNAVAILABLE when that takes too long */
  ready(): Promise<void>;
  /** By all that is known. */
  isRevoked(actor: Actor): boolean;
  /** @throws {DomainError} UPSTREAM_UNAVAILABLE when too little is known to let any token stand */
  assertKnown(): void;
  /** Calls when tokens have been revoked. @returns ends that */
  onRevoked(listener: () => void): () => void;
}

/** Between two attempts as long as there has been no answer at all. */
const firstAnswerMs = 250;
const sweepMs = 60_000;

/**
 * Keeps knowing which tokens are revoked: it asks at the start, when an event says so, and every two seconds whether or
 * not events arrive. So a revocation takes effect within a moment as a rule, within five seconds with the event broker
 * away, and at once after a restart. When nobody answers, but events arrive and none speaks of a revocation, there is
 * none; with neither answers nor events tokens stand on what was known last, and after a minute they stand no more.
 */
export class RevocationWatch implements TokenStanding {
  private readonly revoked = new RevokedTokens();
  private readonly listeners = new Set<() => void>();
  private readonly stopListening: () => void;
  private readonly now: () => number;
  private cursor: string | null = null;
  /** Up to when everything is known; null before the first answer. */
  private knownAtMs: number | null = null;
  /** An event has told of revocations that no answer has held yet. */
  private hasUnread = false;
  private isFailing = false;
  private sweptAtMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> | null = null;
  private mustAskAgain = false;
  private isStopped = false;

  constructor(private readonly options: RevocationWatchOptions) {
    const { events, source, now = Date.now } = options;
    this.now = now;
    this.stopListening = events.subscribe(({ type }) => {
      if (!isOfType(source.wokenBy, type)) return;
      this.hasUnread = true;
      this.wake();
    });
    this.wake();
  }

  get size(): number {
    return this.revoked.size;
  }

  async ready(): Promise<void> {
    if (this.hasAnswer()) return;
    let timer: NodeJS.Timeout | undefined;
    const isLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(cannotTell());
      }, this.options.readyMs);
      timer.unref();
    });
    try {
      while (!this.hasAnswer()) await Promise.race([this.nextAnswer(), isLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  isRevoked(actor: Actor): boolean {
    return this.revoked.has(actor);
  }

  assertKnown(): void {
    const { knownAtMs } = this;
    if (knownAtMs === null || this.now() - knownAtMs > this.options.blindMs) throw cannotTell();
  }

  onRevoked(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.stopListening();
    this.listeners.clear();
  }

  private hasAnswer(): boolean {
    return this.knownAtMs !== null;
  }

  private nextAnswer(): Promise<void> {
    return this.asking ?? new Promise((resolve) => setTimeout(resolve, firstAnswerMs).unref());
  }

  /** Asks now, or once more when an answer is under way that may be older than what woke us. */
  private wake(): void {
    if (this.asking) {
      this.mustAskAgain = true;
      return;
    }
    clearTimeout(this.timer);
    this.asking = this.askAll().finally(() => {
      this.asking = null;
      this.plan();
    });
  }

  private plan(): void {
    if (this.isStopped) return;
    if (this.mustAskAgain) {
      this.mustAskAgain = false;
      this.wake();
      return;
    }
    const { pollMs } = this.options;
    const waitMs = this.knownAtMs === null ? Math.min(firstAnswerMs, pollMs) : pollMs;
    this.timer = setTimeout(() => {
      this.wake();
    }, waitMs);
    this.timer.unref();
  }

  private async askAll(): Promise<void> {
    const askedAtMs = this.now();
    try {
      await this.readAll();
      // As old as the question: what was revoked since may not be in the answer.
      this.knownAtMs = askedAtMs;
      this.hasUnread = this.mustAskAgain;
      this.isFailing = false;
      this.sweep();
    } catch (err) {
      this.fail(err, askedAtMs);
    }
  }

  private async readAll(): Promise<void> {
    for (let isComplete = false; !isComplete && !this.isStopped;) {
      const page = await this.options.source.read(this.cursor);
      const isNew = this.revoked.add(page.revocations);
      this.cursor = page.cursor;
      isComplete = page.isComplete;
      if (isNew) for (const listener of this.listeners) listener();
    }
  }

  private fail(err: unknown, askedAtMs: number): void {
    if (this.isStopped) return;
    const { events, log } = this.options;
    const isInformed = !this.hasUnread && (events.isFollowing?.() ?? true);
    if (isInformed && this.knownAtMs !== null) this.knownAtMs = askedAtMs;
    // Once for each outage: it is asked every other second.
    if (!this.isFailing) log.warn({ err }, 'It cannot be found out which tokens are revoked');
    this.isFailing = true;
  }

  private sweep(): void {
    const now = this.now();
    if (now - this.sweptAtMs < sweepMs) return;
    this.sweptAtMs = now;
    this.revoked.forget(now);
  }
}

/** For a gateway that nobody tells: tokens stand until they end. */
export const everyTokenStands: TokenStanding = {
  ready: () => Promise.resolve(),
  isRevoked: () => false,
  assertKnown: () => undefined,
  onRevoked: () => () => undefined,
};

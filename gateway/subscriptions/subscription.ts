import { type ExecutionResult } from 'graphql';
import { DomainError } from '#shared/errors';
import { type PlatformEvent, type TailedEvent } from '#shared/events';
import { type TokenStanding } from '../revocation';
import { type Evaluations, type Viewer } from './evaluations';
import { type EventFanOut, type EventTail } from './event-fan-out';
import { EventQueue } from './event-queue';
import { type Toll } from './prepared-stream';
import { type Slots } from './slots';
import { type SubscriptionObserver } from './subscription-observer';

/** What the subscriptions of a gateway share. */
export interface SubscriptionParts {
  readonly events: EventTail;
  readonly fanOut: EventFanOut;
  readonly evaluations: Evaluations;
  readonly replays: Slots;
  readonly queuedEvents: number;
  readonly observer: SubscriptionObserver;
  readonly standing: Pick<TokenStanding, 'isRevoked' | 'assertKnown'>;
}

export interface SubscriptionOptions {
  readonly viewer: Viewer;
  readonly isAbout: (event: PlatformEvent) => boolean;
  /** Null: only what happens from now on. */
  readonly resumeFrom: string | null;
  /** Called when it ends for a reason that is the connection's; the results end with an error. */
  readonly onDrop: (reason: 'slow_consumer' | 'token_revoked') => void;
  readonly onClose: () => void;
}

/** One live subscription: events in, results out, each with `extensions.cursor`. */
export class Subscription {
  /** In the order of the events. It throws why it was ended, if it was. */
  readonly results: AsyncGenerator<ExecutionResult>;
  private readonly queue: EventQueue<TailedEvent>;
  private readonly key: string;
  private stopListening: () => void = () => undefined;
  private retirement: NodeJS.Timeout | undefined;
  private isOpen = true;

  /** It listens from this moment on, not from the first read. */
  constructor(
    private readonly parts: SubscriptionParts,
    private readonly options: SubscriptionOptions,
  ) {
    this.key = parts.evaluations.keyOf(options.viewer);
    this.queue = new EventQueue(parts.queuedEvents, () => {
      this.close();
    });
    parts.observer.countSubscriptions(1);
    if (options.resumeFrom === null) this.listen();
    this.results = this.answers();
    const end = this.results.return.bind(this.results);
    // A generator that waits for its next event does not hear `return` before there is one: the queue must end first.
    this.results.return = async (value: unknown) => {
      await this.queue.return();
      return end(value);
    };
  }

  get generation(): Viewer['generation'] {
    return this.options.viewer.generation;
  }

  /** A cursor after all that has happened, when the reader has had what there was of it for them; else null. */
  idleCursor(): string | null {
    return this.queue.isIdle ? (this.parts.events.position?.() ?? null) : null;
  }

  /** Ends it now; the reader is told why. */
  end(error: Error): void {
    this.queue.fail(error);
  }

  /** Its supergraph is not served any more. It ends after this time, if nobody has ended it before. */
  retireAfter(ms: number): void {
    this.retirement ??= setTimeout(() => {
      this.parts.observer.countDropped('superseded');
      this.end(new DomainError('SUBSCRIPTION_RETIRED', 'The schema has changed since this subscription began'));
    }, ms);
    this.retirement.unref();
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.stopListening();
    clearTimeout(this.retirement);
    this.parts.observer.countSubscriptions(-1);
    this.options.onClose();
  }

  private listen(): void {
    if (!this.isOpen) return;
    const { viewer, isAbout } = this.options;
    this.stopListening = this.parts.fanOut.listen(viewer.actor.organisationId, (tailed) => {
      if (!isAbout(tailed.event) || this.queue.push(tailed)) return;
      this.drop('slow_consumer', new DomainError('SLOW_CONSUMER', 'The results are not read as fast as they come'));
    });
  }

  private async *answers(): AsyncGenerator<ExecutionResult> {
    const { evaluations, observer } = this.parts;
    const { viewer } = this.options;
    try {
      for await (const { event, cursor } of this.events()) {
        const result = this.mayGoOn() ? await evaluations.answer(viewer, this.key, event) : null;
        if (result) this.pay('forAnswering');
        // What has been ended meanwhile says why when it is asked for more.
        if (!this.isOpen) continue;
        observer.countEvent(result ? 'sent' : 'withheld');
        if (result) yield { ...result, extensions: { ...result.extensions, cursor } };
      }
    } finally {
      await this.queue.return();
    }
  }

  private async *events(): AsyncGenerator<TailedEvent> {
    if (this.options.resumeFrom !== null) yield* this.missed(this.options.resumeFrom);
    yield* this.queue;
  }

  /** What has happened since. At its end it listens, with nothing lost or doubled between the two. */
  private async *missed(after: string): AsyncGenerator<TailedEvent> {
    const { viewer, isAbout } = this.options;
    const { events, replays } = this.parts;
    if (!events.replay) throw new DomainError('CURSOR_EXPIRED', 'This gateway keeps no events');
    const wants = (event: PlatformEvent): boolean =>
      event.organisationId === viewer.actor.organisationId && isAbout(event);
    const caughtUp = (): void => {
      this.listen();
    };
    const leave = await replays.take();
    try {
      for await (const tailed of events.replay(after, { wants, caughtUp })) {
        if (!this.isOpen) return;
        yield tailed;
      }
    } finally {
      leave();
    }
  }

  /** Who has spent what they may is told so, and goes on later, from the last cursor that they had. */
  private pay(what: keyof Toll): void {
    try {
      this.options.viewer.toll[what]();
    } catch (error) {
      this.parts.observer.countDropped('rate_limited');
      throw error;
    }
  }

  private mayGoOn(): boolean {
    const { actor } = this.options.viewer;
    // Whoever holds the connection has a timer for this, which may be a moment late.
    if (actor.expiresAt.getTime() <= Date.now()) throw tokenEnded('expired');
    const { standing } = this.parts;
    if (!standing.isRevoked(actor)) {
      standing.assertKnown();
      this.pay('forLooking');
      return true;
    }
    this.drop('token_revoked', tokenEnded('revoked'));
    return false;
  }

  private drop(reason: Parameters<SubscriptionOptions['onDrop']>[0], error: Error): void {
    this.parts.observer.countDropped(reason);
    this.end(error);
    this.options.onDrop(reason);
  }
}

export function tokenEnded(how: 'expired' | 'revoked'): DomainError {
  return new DomainError('UNAUTHENTICATED', `The token has ${how === 'expired' ? 'expired' : 'been revoked'}`);
}

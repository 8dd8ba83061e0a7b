import { type Actor } from '#shared/auth';
import { DomainError, InputError } from '#shared/errors';
import { type TokenStanding } from '../revocation';
import { type Subgraphs } from '../transport';
import { Evaluations, SubscriptionRefusal } from './evaluations';
import { EventFanOut, type EventTail } from './event-fan-out';
import { interestOf } from './interest';
import { type PreparedStream, type StreamGeneration } from './prepared-stream';
import { Slots } from './slots';
import { Subscription, type SubscriptionOptions, type SubscriptionParts } from './subscription';
import { type SubscriptionLimits } from './subscription-limits';
import { type SubscriptionObserver } from './subscription-observer';
import { type TokenEnd, TokenEnds } from './token-end';

/** Longest cursor of a request, in characters. */
const maxCursorLength = 4_096;

export interface EngineOptions {
  readonly subgraphs: Pick<Subgraphs, 'execute'>;
  readonly events: EventTail;
  readonly limits: SubscriptionLimits;
  readonly observer: SubscriptionObserver;
  /** Asked for every event of every viewer. */
  readonly standing: TokenStanding;
}

export interface SubscriptionRequest {
  readonly actor: Actor;
  readonly correlationId: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** `resumeFrom` is the cursor of the last result that the client has had. */
  readonly extensions: Readonly<Record<string, unknown>> | null;
  readonly onDrop: SubscriptionOptions['onDrop'];
}

/** Turns events into the results of subscriptions, authorising the viewer anew for each. It outlives supergraphs. */
export class SubscriptionEngine {
  private readonly parts: SubscriptionParts;
  private readonly running = new Set<Subscription>();
  private readonly tokenEnds: TokenEnds;
  /** The generation that was made the current one by `supersede`; null before the first time. */
  private current: StreamGeneration | null = null;

  constructor(private readonly options: EngineOptions) {
    const { subgraphs, events, limits, observer, standing } = options;
    this.parts = {
      events,
      fanOut: new EventFanOut(events),
      evaluations: new Evaluations(subgraphs, limits.evaluations),
      replays: new Slots(limits.replays),
      queuedEvents: limits.queuedEvents,
      observer,
      standing,
    };
    this.tokenEnds = new TokenEnds(standing);
  }

  /** Where events stand now: whoever resumes from here gets all that comes. Null while that is not known. */
  position(): string | null {
    return this.parts.events.position?.() ?? null;
  }

  /** Calls back when the token ends or is revoked. @returns for when that does not matter any more */
  endOfToken(actor: Actor, onEnd: (how: TokenEnd) => void): () => void {
    return this.tokenEnds.watch(actor, onEnd);
  }

  /**
   * @throws {SubscriptionRefusal} when this viewer may not have it
   * @throws {DomainError} LIMIT_EXCEEDED, UNAUTHENTICATED, BAD_USER_INPUT
   */
  async open(stream: PreparedStream, request: SubscriptionRequest): Promise<Subscription> {
    const { prepared, generation } = stream;
    const { operations } = generation;
    const { actor, correlationId, extensions, onDrop } = request;
    const coerced = operations.coerce(prepared, request.variables);
    if ('errors' in coerced) throw new SubscriptionRefusal(coerced.errors);
    const viewer = { ...stream, actor, variables: request.variables, conditions: coerced.variables };
    const decided = await operations.decide(prepared, { actor, correlationId, variables: request.variables });
    const refused = operations.refusals(prepared, decided, coerced.variables);
    if (refused.length > 0) throw new SubscriptionRefusal(refused);
    // From here on nothing is awaited: of two that come at once, one is counted before the other is let in.
    this.assertRoom();
    const subscription: Subscription = new Subscription(this.parts, {
      viewer,
      isAbout: interestOf(viewer),
      resumeFrom: readCursor(extensions),
      onDrop,
      onClose: () => this.running.delete(subscription),
    });
    this.running.add(subscription);
    if (this.current && generation !== this.current) subscription.retireAfter(this.options.limits.retireAfterMs);
    return subscription;
  }

  /**
   * New subscriptions begin in this generation. Those that run go on in theirs, and end by and by, the last after
   * `retireAfterMs`, with SUBSCRIPTION_RETIRED: not all at once, for they all come back at once.
   */
  supersede(current: StreamGeneration): void {
    this.current = current;
    const { retireAfterMs } = this.options.limits;
    const old = [...this.running].filter(({ generation }) => generation !== current);
    for (const [index, subscription] of old.entries()) {
      subscription.retireAfter((retireAfterMs / 2) * (1 + (index + 1) / old.length));
    }
  }

  stop(): void {
    this.tokenEnds.stop();
    this.parts.fanOut.stop();
  }

  private assertRoom(): void {
    const { subscriptions: allowed } = this.options.limits;
    if (this.running.size < allowed) return;
    const details = { limit: 'subscriptions', allowed };
    throw new DomainError('LIMIT_EXCEEDED', `There are ${String(allowed)} subscriptions already`, { details });
  }
}

function readCursor(extensions: SubscriptionRequest['extensions']): string | null {
  const cursor = extensions?.['resumeFrom'] ?? null;
  if (cursor === null) return null;
  if (typeof cursor === 'string' && cursor.length <= maxCursorLength) return cursor;
  throw new InputError('extensions.resumeFrom is not a cursor', ['extensions', 'resumeFrom']);
}

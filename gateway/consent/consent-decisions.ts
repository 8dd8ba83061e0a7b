import { type Actor } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';
import { type Logger } from '#shared/logging';
import { type HandedSpan } from '#shared/tracing';
import { type ConsentConfig } from './consent-config';
import { type ConsentQuestion, type ConsentSource, type ConsentType, type SourceDecision } from './consent-source';
import { DecisionCache } from './decision-cache';
import { readSubject, isOfType } from './invalidation';

const maxSubjectsPerQuestion = 1_000;

export interface ConsentAsk {
  readonly purpose: string;
  readonly dataCategory: string;
  /** Id of the person whose consent decides. */
  readonly subject: string;
}

export interface ConsentDecision {
  readonly permitted: boolean;
  /** False when nobody could be asked: then it is not permitted either. */
  readonly isKnown: boolean;
  readonly purpose: string;
  readonly subject: string;
  /** Why, as a stable code. */
  readonly reason: string;
  /** What to ask the subject for, if that is known. */
  readonly consentType: ConsentType | null;
  /** The subject's own word that decided, if it was one; for the audit trail of whoever releases the data. */
  readonly recordId?: string | null | undefined;
}

/** What ConsentDecisions needs of the gateway's event source. */
export interface ConsentEvents {
  /** @returns ends the subscription */
  subscribe(listener: (event: PlatformEvent) => void): () => void;
  /** False while events may be arriving late or not at all. Absent: they always arrive. */
  isFollowing?(): boolean;
}

export interface ConsentDecisionsOptions {
  readonly source: ConsentSource;
  /** Who says that decisions have changed. Without it none is kept longer than a second. */
  readonly events: ConsentEvents | null;
  readonly invalidatedBy: ConsentConfig['invalidatedBy'];
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Told of what was asked for and not permitted, each time it is asked for. */
  readonly onRefused?: (caller: ConsentCaller, decision: ConsentDecision) => void;
}

interface Caller {
  readonly actor: Actor;
  readonly correlationId: string;
  readonly span: HandedSpan | null;
}

/** On whose behalf decisions are asked: the request's own actor and correlation id. */
export interface ConsentCaller {
  readonly actor: Actor | null;
  readonly correlationId: string;
  /** What the request is traced by. */
  readonly span?: HandedSpan | null | undefined;
}

/** Asks of one viewer for one purpose that are put to the source together. */
interface Batch {
  readonly subjects: Set<string>;
  /** Empty when nothing could be found out. */
  readonly decided: Promise<ReadonlyMap<string, SourceDecision>>;
}

/**
 * Decides whether a person's data may be released. What is asked in the same turn of the event loop goes to the source as
 * one question; answers are kept until they lapse or an event says that the person has spoken.
 */
export class ConsentDecisions {
  private readonly cache: DecisionCache;
  private readonly stopListening: () => void;
  private readonly batches = new Map<string, Batch>();

  constructor(private readonly options: ConsentDecisionsOptions) {
    const { events, now = () => performance.now() } = options;
    this.cache = new DecisionCache({ now, isInformed: () => events !== null && (events.isFollowing?.() ?? true) });
    this.stopListening = events?.subscribe((event) => this.hear(event)) ?? ((): void => undefined);
  }

  /** In the order of the asks. Never rejects: what could not be found out is not permitted. */
  async decide(
    asks: readonly ConsentAsk[],
    { actor, correlationId, span = null }: ConsentCaller,
  ): Promise<ConsentDecision[]> {
    if (!actor) return asks.map((ask) => decisionOf(ask, nobody));
    const viewer = viewerKey(actor);
    const caller = { actor, correlationId, span };
    const decided = await Promise.all(asks.map((ask) => this.answer(ask, viewer, caller)));
    return this.told(
      caller,
      asks.map((ask, index) => decisionOf(ask, decided[index] ?? null)),
    );
  }

  /** The same at once. @returns null unless all of them are known already */
  decideNow(asks: readonly ConsentAsk[], caller: ConsentCaller): ConsentDecision[] | null {
    const { actor } = caller;
    if (!actor) return asks.map((ask) => decisionOf(ask, nobody));
    const viewer = viewerKey(actor);
    const decisions: ConsentDecision[] = [];
    for (const ask of asks) {
      const known = this.cache.findSettled(subjectKey(actor.organisationId, ask.subject), askerKey(ask, viewer));
      if (known === undefined) return null;
      decisions.push(decisionOf(ask, known));
    }
    return this.told(caller, decisions);
  }

  private told(caller: ConsentCaller, decisions: ConsentDecision[]): ConsentDecision[] {
    const { onRefused } = this.options;
    if (onRefused) for (const decision of decisions) if (!decision.permitted) onRefused(caller, decision);
    return decisions;
  }

  stop(): void {
    this.stopListening();
  }

  private answer(ask: ConsentAsk, viewer: string, caller: Caller): Promise<SourceDecision | null> {
    const { subject } = ask;
    const owner = subjectKey(caller.actor.organisationId, subject);
    const asker = askerKey(ask, viewer);
    const known = this.cache.find(owner, asker);
    if (known) return known;
    const { subjects, decided } = this.batchFor(`${caller.actor.organisationId}\n${asker}`, ask, caller);
    subjects.add(subject);
    const answer = decided.then((decisions) => decisions.get(subject) ?? null);
    this.cache.keep(owner, asker, answer);
    return answer;
  }

  private batchFor(key: string, { purpose, dataCategory }: ConsentAsk, { actor, correlationId, span }: Caller): Batch {
    const open = this.batches.get(key);
    if (open && open.subjects.size < maxSubjectsPerQuestion) return open;
    const subjects = new Set<string>();
    const decided = nextTurn().then(() => {
      // One that became full has been followed by another under the same key.
      if (this.batches.get(key)?.subjects === subjects) this.batches.delete(key);
      return this.ask({ purpose, dataCategory, subjects: [...subjects], viewer: actor, correlationId, span });
    });
    const batch = { subjects, decided };
    this.batches.set(key, batch);
    return batch;
  }

  private async ask(question: ConsentQuestion): Promise<ReadonlyMap<string, SourceDecision>> {
    const { source, log } = this.options;
    try {
      const decisions = await source.decide(question);
      if (decisions.length !== question.subjects.length) throw new Error('The consent source left somebody out');
      return new Map(decisions.map((decision, index) => [question.subjects[index] ?? '', decision]));
    } catch (err) {
      log.warn({ err, correlationId: question.correlationId }, 'Consent could not be decided; the fields stay closed');
      return new Map();
    }
  }

  private hear(event: PlatformEvent): void {
    for (const { types, subject: path } of this.options.invalidatedBy) {
      if (!isOfType(types, event.type)) continue;
      const subject = path === undefined ? null : readSubject(event, path);
      if (subject === null) this.cache.clear();
      else this.cache.forget(subjectKey(event.organisationId, subject));
    }
  }
}

/** Data that is somebody's is not released to nobody. */
const nobody: SourceDecision = { permitted: false, reason: 'NO_VIEWER', consentType: null, cacheForSeconds: 0 };

function decisionOf({ purpose, subject }: ConsentAsk, decision: SourceDecision | null): ConsentDecision {
  if (!decision) return { permitted: false, isKnown: false, purpose, subject, reason: 'UNKNOWN', consentType: null };
  const { permitted, reason, consentType, recordId } = decision;
  return { permitted, isKnown: true, purpose, subject, reason, consentType, recordId };
}

/** Provisions can name the organisation, the user and the client; nothing else of the viewer changes an answer. */
function viewerKey({ userId, clientId }: Actor): string {
  return `${userId ?? ''}\n${clientId ?? ''}`;
}

function askerKey({ purpose, dataCategory }: ConsentAsk, viewer: string): string {
  return `${purpose}\n${dataCategory}\n${viewer}`;
}

/** An id of one organisation never answers for another, should two ever have the same. */
function subjectKey(organisationId: string, subject: string): string {
  return `${organisationId}\n${subject}`;
}

/** Everything that is ready now gets to ask first. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

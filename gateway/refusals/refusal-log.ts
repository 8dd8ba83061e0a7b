import { type GraphQLFormattedError } from 'graphql';
import { type Actor, serviceActor } from '#shared/auth';
import { type Logger } from '#shared/logging';
import { type Subgraphs } from '../transport';
import { type RefusalConfig } from './refusal-config';

/** Whom something was refused, and in the course of what. */
interface RefusedCaller {
  readonly actor: Actor | null;
  readonly correlationId: string;
}

/** One thing that was refused, as the audit trail is told. Ids and codes only. */
interface Refusal {
  readonly at: string;
  readonly actor: object;
  readonly correlationId: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly resourceCount: number;
  readonly patientId: string | null;
  readonly purpose: string | null;
  readonly reason: string;
}

type What = Omit<Refusal, 'at' | 'actor' | 'correlationId' | 'resourceCount'>;

interface Waiting {
  readonly actor: Actor;
  readonly refusals: Map<string, Refusal>;
}

interface RefusalLogOptions {
  readonly config: RefusalConfig;
  readonly subgraphs: Pick<Subgraphs, 'execute'>;
  readonly log: Logger;
  /** Longest time a refusal waits here; default 200. */
  readonly flushMs?: number;
}

/** Of one organisation: more than that is a flood, and the log says how much of it was dropped. */
const maxWaiting = 5_000;
const perCall = 100;

/**
 * Tells the audit trail what the gateway has refused, some at a time and after the answer has left: a refusal costs the
 * caller nothing more. What is still waiting when the process is killed is lost.
 */
export class RefusalLog {
  private readonly waiting = new Map<string, Waiting>();
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> = Promise.resolve();

  constructor(private readonly options: RefusalLogOptions) {}

  /** The fields of an answer that scopes did not open: one refusal for each scope that was missing. */
  noteErrors(caller: RefusedCaller, errors: readonly GraphQLFormattedError[] = []): void {
    for (const { extensions } of errors) {
      if (extensions?.['code'] !== 'UNAUTHORIZED_FIELD_OR_TYPE') continue;
      const [[scope] = []] = (extensions['requiredScopes'] as readonly string[][] | undefined) ?? [];
      const what = { action: 'field.read', resourceType: 'Scope', resourceId: scope ?? 'policy' };
      this.note(caller, { ...what, patientId: null, purpose: null, reason: 'SCOPE_MISSING' });
    }
  }

  /** A person's data that was not released for want of their consent. */
  noteConsent(caller: RefusedCaller, about: { subject: string; purpose: string; reason: string }): void {
    const { subject, purpose, reason } = about;
    const what = { action: 'Consent.decide', resourceType: 'Patient', resourceId: subject, patientId: subject };
    this.note(caller, { ...what, purpose, reason });
  }

  /** Tells what waits, and takes nothing more for granted. */
  async close(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.flush();
  }

  private note(caller: RefusedCaller, what: What): void {
    const { actor, correlationId } = caller;
    // Who has no organisation has no trail.
    if (!actor) return;
    const own = this.waiting.get(actor.organisationId) ?? { actor, refusals: new Map<string, Refusal>() };
    this.waiting.set(actor.organisationId, own);
    const key = JSON.stringify([actor.subject, correlationId, what.action, what.resourceId, what.purpose]);
    const known = own.refusals.get(key);
    if (known) {
      own.refusals.set(key, { ...known, resourceCount: known.resourceCount + 1 });
    } else if (own.refusals.size < maxWaiting) {
      const first = { at: new Date().toISOString(), actor: snapshotOf(actor), correlationId, resourceCount: 1 };
      own.refusals.set(key, { ...what, ...first });
    } else {
      this.options.log.error({ correlationId }, 'Too much is refused at once; this refusal is not in the audit trail');
    }
    this.timer ??= setTimeout(() => void this.flush(), this.options.flushMs ?? 200);
  }

  private flush(): Promise<void> {
    this.timer = null;
    const taken = [...this.waiting.values()];
    this.waiting.clear();
    this.flushing = this.flushing.then(async () => {
      for (const { actor, refusals } of taken) await this.tell(actor, [...refusals.values()]);
    });
    return this.flushing;
  }

  private async tell(actor: Actor, refusals: readonly Refusal[]): Promise<void> {
    const { config, subgraphs, log } = this.options;
    for (let from = 0; from < refusals.length; from += perCall) {
      const some = refusals.slice(from, from + perCall);
      const { errors } = await subgraphs.execute(config.subgraph, {
        query: config.mutation,
        variables: { refusals: some },
        actor: serviceActor('gateway', actor, config.scopes),
        correlationId: some[0]?.correlationId ?? '',
      });
      const code = errors?.[0]?.extensions?.['code'];
      if (errors) log.error({ code, count: some.length }, 'Refusals could not be brought to the audit trail');
    }
  }
}

function snapshotOf({ kind, subject, userId, clientId, roles, act, breakGlassGrantId }: Actor): object {
  return { kind, subject, userId, clientId, roles, actedBy: act?.subject ?? null, breakGlassGrantId };
}

import { type ExecutionResult, type GraphQLError } from 'graphql';
import { type Actor } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';
import { type HandedSpan } from '#shared/tracing';
import { traceEvent } from '../observability';
import { type OperationRequest, type PreparedOperation } from '../operations';
import { type SubgraphResult, type Subgraphs } from '../transport';
import { type PreparedStream } from './prepared-stream';
import { Slots } from './slots';

/** A subscription as far as the answer to an event depends on it. */
export interface Viewer extends PreparedStream {
  readonly actor: Actor;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The variables coerced, with defaults. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Why a subscription did not start, or cannot go on. */
export class SubscriptionRefusal extends Error {
  override readonly name = 'SubscriptionRefusal';

  constructor(readonly errors: readonly GraphQLError[]) {
    super('The subscription was refused');
  }
}

/**
 * Answers events for viewers: each event anew, under the rights that the viewer has then. Viewers who are the same person
 * or client with the same rights, and ask for the same, share an answer while it is being made, and never longer.
 */
export class Evaluations {
  private readonly slots: Slots;
  private readonly underWay = new Map<string, Promise<ExecutionResult | null>>();
  private readonly numbers = new WeakMap<PreparedOperation, number>();
  private lastNumber = 0;

  constructor(
    private readonly subgraphs: Pick<Subgraphs, 'execute'>,
    concurrency: number,
  ) {
    this.slots = new Slots(concurrency);
  }

  /** Viewers with equal keys would get equal answers. */
  keyOf({ prepared, actor, variables }: Viewer): string {
    const number = this.numbers.get(prepared) ?? ++this.lastNumber;
    this.numbers.set(prepared, number);
    return `${String(number)}\n${authorizationKey(actor)}\n${JSON.stringify(variables)}`;
  }

  /**
   * @param key of the viewer
   * @returns null when the event is not for this viewer, who is not told that there was one
   * @throws {SubscriptionRefusal} when the viewer may not have the subscription any more
   */
  answer(viewer: Viewer, key: string, event: PlatformEvent): Promise<ExecutionResult | null> {
    const shared = `${event.id}\n${key}`;
    const known = this.underWay.get(shared);
    if (known) return known;
    const answer = this.slots
      .run(() => traceEvent(event, (span) => this.evaluate(viewer, event, span)))
      .finally(() => {
        this.underWay.delete(shared);
      });
    this.underWay.set(shared, answer);
    return answer;
  }

  private async evaluate(
    viewer: Viewer,
    event: PlatformEvent,
    span: HandedSpan | null,
  ): Promise<ExecutionResult | null> {
    const { generation, prepared } = viewer;
    const request = { ...(await this.decide(viewer, event.correlationId)), span };
    const primary = await this.askOwner(viewer, request, event);
    const codes = (primary.errors ?? []).map((error) => error.extensions?.['code']);
    const isMissing = Object.values(primary.data ?? {}).every((value) => value === null);
    if (codes.includes('NOT_FOUND') || (isMissing && codes.length === 0)) return null;
    return generation.operations.continueFrom(prepared, request, primary);
  }

  /** Scopes are the token's; what a policy says of somebody may be another thing with each event. */
  private async decide(
    { generation: { operations }, prepared, actor, variables, conditions }: Viewer,
    correlationId: string,
  ): Promise<OperationRequest> {
    const request = { actor, variables, correlationId };
    if (prepared.policies.length === 0) return request;
    const decided = await operations.decide(prepared, request);
    const refused = operations.refusals(prepared, decided, conditions);
    if (refused.length > 0) throw new SubscriptionRefusal(refused);
    return decided;
  }

  private askOwner(
    { generation, prepared, conditions }: Viewer,
    request: OperationRequest,
    event: PlatformEvent,
  ): Promise<SubgraphResult> {
    const { plan } = generation.operations.variantFor(prepared, request).planFor(conditions);
    if (plan.node?.kind !== 'Subscription') throw new Error('The planner made no subscription plan');
    const { serviceName, operation, operationName, variableUsages = [] } = plan.node.primary;
    const { actor, correlationId, variables, span = null } = request;
    const used = variableUsages.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]);
    return this.subgraphs.execute(serviceName, {
      query: operation,
      variables: Object.fromEntries(used) as Record<string, unknown>,
      actor,
      correlationId,
      span,
      event,
      ...(operationName && { operationName }),
    });
  }
}

/** Everything that an answer may depend on: all of the actor but the token, whose end is looked at for each viewer. */
function authorizationKey({
  expiresAt: _expiresAt,
  token: _token,
  limits: _limits,
  scopes,
  ...identity
}: Actor): string {
  return JSON.stringify([Object.entries(identity).sort(), [...scopes].sort()]);
}

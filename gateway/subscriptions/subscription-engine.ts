import { type ExecutionResult, type GraphQLError, type GraphQLField, getArgumentValues } from 'graphql';
import { type Actor } from '#shared/auth';
import { InputError } from '#shared/errors';
import { type PlatformEvent } from '#shared/events';
import { type Operations, type OperationRequest, type PreparedOperation, collectFields } from '../operations';
import { type LoadedSupergraph } from '../supergraph';
import { type SubgraphResult, type Subgraphs } from '../transport';
import { type EventBinding, isAbout, readEventBindings } from './event-binding';
import { EventFanOut, type EventTail } from './event-fan-out';
import { EventQueue } from './event-queue';

interface EngineOptions {
  readonly supergraph: LoadedSupergraph;
  readonly operations: Operations;
  readonly subgraphs: Subgraphs;
  readonly events: EventTail;
  readonly queuedEvents: number;
  readonly countSubscriptions: (change: 1 | -1) => void;
}

export interface SubscriptionRequest extends OperationRequest {
  readonly actor: Actor;
  /** Called once when the reader has fallen too far behind. */
  readonly onOverflow: () => void;
}

/** What a subscription listens to: worked out when it starts. */
interface Interest {
  readonly binding: EventBinding;
  readonly given: Readonly<Record<string, unknown>>;
}

/** Why a subscription did not start. */
export class SubscriptionRefusal extends Error {
  override readonly name = 'SubscriptionRefusal';

  constructor(readonly errors: readonly GraphQLError[]) {
    super('The subscription was refused');
  }
}

/** Turns events into the results of subscriptions, authorising the viewer anew for each. */
export class SubscriptionEngine {
  private readonly bindings: ReadonlyMap<string, EventBinding>;
  private readonly fanOut: EventFanOut;

  constructor(private readonly options: EngineOptions) {
    const { policy, schema } = options.supergraph;
    this.bindings = readEventBindings(policy, schema.getSubscriptionType()?.name);
    this.fanOut = new EventFanOut(options.events);
  }

  /**
   * Results in the order of the events. It listens from this call on, not from the first read.
   * @throws {SubscriptionRefusal} when this viewer may not have it
   */
  open(prepared: PreparedOperation, request: SubscriptionRequest): AsyncGenerator<ExecutionResult> {
    const { operations } = this.options;
    const coerced = operations.coerce(prepared, request.variables);
    if ('errors' in coerced) throw new SubscriptionRefusal(coerced.errors);
    const refused = operations.refusals(prepared, request, coerced.variables);
    if (refused.length > 0) throw new SubscriptionRefusal(refused);
    const events = this.listen(request, this.interestOf(prepared, coerced.variables));
    const results = this.results(prepared, request, events);
    const end = results.return.bind(results);
    // A generator that waits for its next event does not hear `return` before there is one: the queue must end first.
    results.return = async (value: unknown) => {
      await events.return();
      return end(value);
    };
    return results;
  }

  stop(): void {
    this.fanOut.stop();
  }

  private listen(request: SubscriptionRequest, { binding, given }: Interest): EventQueue<PlatformEvent> {
    const { actor, onOverflow } = request;
    const { queuedEvents, countSubscriptions } = this.options;
    countSubscriptions(1);
    const queue = new EventQueue<PlatformEvent>(queuedEvents, () => {
      countSubscriptions(-1);
      stop();
    });
    const stop = this.fanOut.listen(actor.organisationId, (event) => {
      if (!isAbout(binding, event, given) || queue.push(event)) return;
      void queue.return();
      onOverflow();
    });
    return queue;
  }

  private async *results(
    prepared: PreparedOperation,
    request: SubscriptionRequest,
    events: EventQueue<PlatformEvent>,
  ): AsyncGenerator<ExecutionResult> {
    try {
      for await (const event of events) {
        if (request.actor.expiresAt.getTime() <= Date.now()) return;
        const result = await this.resultFor(prepared, request, event);
        if (result) yield result;
      }
    } finally {
      await events.return();
    }
  }

  /** @returns null when the event is not for this viewer, who is not told that there was one */
  private async resultFor(
    prepared: PreparedOperation,
    request: SubscriptionRequest,
    event: PlatformEvent,
  ): Promise<ExecutionResult | null> {
    const ofEvent = { ...request, correlationId: event.correlationId };
    const primary = await this.askOwner(prepared, ofEvent, event);
    const codes = (primary.errors ?? []).map((error) => error.extensions?.['code']);
    const isMissing = Object.values(primary.data ?? {}).every((value) => value === null);
    if (codes.includes('NOT_FOUND') || (isMissing && codes.length === 0)) return null;
    return this.options.operations.continueFrom(prepared, ofEvent, primary);
  }

  private askOwner(
    prepared: PreparedOperation,
    request: OperationRequest,
    event: PlatformEvent,
  ): Promise<SubgraphResult> {
    const { plan } = this.options.operations.variantFor(prepared, request.actor).planned;
    if (plan.node?.kind !== 'Subscription') throw new Error('The planner made no subscription plan');
    const { serviceName, operation, operationName, variableUsages = [] } = plan.node.primary;
    const { actor, correlationId, variables } = request;
    const used = variableUsages.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]);
    return this.options.subgraphs.execute(serviceName, {
      query: operation,
      variables: Object.fromEntries(used) as Record<string, unknown>,
      actor,
      correlationId,
      event,
      ...(operationName && { operationName }),
    });
  }

  private interestOf(prepared: PreparedOperation, variables: Readonly<Record<string, unknown>>): Interest {
    const { schema } = this.options.supergraph;
    const context = { schema, fragments: prepared.fragments, variables };
    const [node] = [...collectFields(context, prepared.rootType, [prepared.operation.selectionSet]).values()].flat();
    const field: GraphQLField<unknown, unknown> | undefined = node && prepared.rootType.getFields()[node.name.value];
    const binding = field && this.bindings.get(field.name);
    if (!node || !field || !binding) {
      throw new SubscriptionRefusal([new InputError('No event is bound to this subscription')]);
    }
    return { binding, given: getArgumentValues(field, node, variables) };
  }
}

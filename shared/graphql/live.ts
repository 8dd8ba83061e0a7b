import { Directive, Subscription } from 'type-graphql';
import { type EventType } from '#shared/events';

export interface LiveOptions {
  /** Events that may change the answer; `clinical.case.*` stands for all of them. */
  readonly types: readonly (EventType | `${string}.*`)[];
  /** `argument=path`: when the client gave the argument, the event's value must equal it. */
  readonly match?: readonly string[];
}

/**
 * A subscription field. Subgraphs hold no sockets: the gateway hears the events, and for each event and viewer runs this
 * field's resolver like a query, under the viewer's actor context, with the event at hand. Null means "not for you".
 */
export function Live(returns: () => object, { types, match = [] }: LiveOptions): MethodDecorator {
  const directive = Directive(`@onEvent(types: ${JSON.stringify(types)}, match: ${JSON.stringify(match)})`);
  const subscription = Subscription(returns, { nullable: true, subscribe: refuseDirectSubscription });
  return (target, key, descriptor) => {
    subscription(target, key, descriptor);
    (directive as MethodDecorator)(target, key, descriptor);
  };
}

function refuseDirectSubscription(): AsyncIterable<never> {
  throw new Error('Subscribe at the gateway: a subgraph answers one event at a time');
}

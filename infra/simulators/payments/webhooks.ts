import { randomBytes } from 'node:crypto';
import { deliver } from '../http/deliver';
import { type FaultSwitch } from '../http/faults';
import { type Tasks } from '../http/tasks';
import { type EventType, type ProviderEvent } from './objects';
import { type PaymentState, type PendingDelivery } from './state';

export const faultModes = [
  ...(['none', 'down', 'slow', 'garbage', 'duplicate-webhooks'] as const),
  ...(['out-of-order-webhooks', 'lost-webhooks'] as const),
] as const;
export type FaultMode = (typeof faultModes)[number];

interface Settings {
  readonly state: PaymentState;
  readonly faults: FaultSwitch<FaultMode>;
  readonly tasks: Tasks;
  readonly retryDelaysMs: readonly number[];
  readonly now: () => Date;
}

/** At-least-once: an event stays in the state until it was taken or every retry failed, so a restart sends it again. */
export class Webhooks {
  /** Waits for a later one to overtake it; only in the mode `out-of-order-webhooks`. */
  readonly #held: PendingDelivery[] = [];

  constructor(private readonly settings: Settings) {}

  /** Records the event; the caller saves the state and then calls `flush`, so that nothing unsaved is announced. */
  publish(type: EventType, object: ProviderEvent['data']['object']): () => void {
    const { state, now } = this.settings;
    const event: ProviderEvent = {
      id: newId('evt'),
      object: 'event',
      api_version: 'sandbox-1',
      created: Math.floor(now().getTime() / 1000),
      data: { object },
      livemode: false,
      type,
    };
    const wanting = [...state.endpoints.values()].filter(
      ({ enabledEvents }) => enabledEvents.includes('*') || enabledEvents.includes(type),
    );
    const pending = wanting.map(({ id: endpointId }) => ({ endpointId, event }));
    pending.forEach((delivery) => state.pending.add(delivery));
    return () => pending.forEach((delivery) => this.#schedule(delivery));
  }

  /** Sends what an earlier process left behind. */
  resume(): void {
    for (const delivery of this.settings.state.pending) this.#send(delivery);
  }

  /** Lets go what was held back, after the fault was switched off. */
  release(): void {
    for (const delivery of this.#held.splice(0)) this.#send(delivery);
  }

  #schedule(delivery: PendingDelivery): void {
    switch (this.settings.faults.mode) {
      case 'lost-webhooks':
        this.#forget(delivery);
        return;
      case 'out-of-order-webhooks':
        this.#overtake(delivery);
        return;
      case 'duplicate-webhooks':
        this.#send(delivery, 2);
        return;
      default:
        this.#send(delivery);
    }
  }

  /** The later event arrives first, and the held one strictly after it. */
  #overtake(later: PendingDelivery): void {
    const index = this.#held.findIndex(({ endpointId }) => endpointId === later.endpointId);
    const [earlier] = index === -1 ? [] : this.#held.splice(index, 1);
    if (!earlier) {
      this.#held.push(later);
      return;
    }
    this.settings.tasks.run(async () => {
      await this.#deliver(later);
      await this.#deliver(earlier);
    });
  }

  #send(delivery: PendingDelivery, copies = 1): void {
    this.settings.tasks.run(async () => {
      for (let copy = 0; copy < copies; copy++) await this.#deliver(delivery);
    });
  }

  async #deliver(pending: PendingDelivery): Promise<void> {
    const { state, tasks, retryDelaysMs, now } = this.settings;
    const endpoint = state.endpoints.get(pending.endpointId);
    if (endpoint) {
      const { url, secret } = endpoint;
      const headers = { signatureHeader: 'stripe-signature', attemptHeader: 'x-sandbox-delivery' };
      const delivery = { url, secret, body: JSON.stringify(pending.event), ...headers };
      await deliver(delivery, { retryDelaysMs, signal: tasks.signal, now });
    }
    this.#forget(pending);
  }

  #forget(delivery: PendingDelivery): void {
    const { state } = this.settings;
    state.pending.delete(delivery);
    state.save();
  }
}

/** In Stripe's form: a prefix that says the kind, and random letters and digits. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

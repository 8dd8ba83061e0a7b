import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type PaymentIntent, type ProviderEvent, type Refund, type WebhookEndpoint } from './objects';

/** An event one endpoint has not taken yet. */
export interface PendingDelivery {
  readonly endpointId: string;
  readonly event: ProviderEvent;
}

export interface RememberedAnswer {
  /** Hash of the request the key came with. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
}

interface Snapshot {
  readonly intents: Record<string, PaymentIntent>;
  readonly refunds: Record<string, Refund>;
  readonly answers: Record<string, RememberedAnswer>;
  readonly endpoints: Record<string, WebhookEndpoint>;
  pending: PendingDelivery[];
}

/** All the sandbox knows: in memory, and in one JSON file as well when it is given a path. */
export class PaymentState {
  readonly data: Snapshot;

  constructor(private readonly path?: string) {
    this.data = (path !== undefined && read(path)) || {
      intents: {},
      refunds: {},
      answers: {},
      endpoints: {},
      pending: [],
    };
  }

  refundedOf(intentId: string): number {
    const refunds = Object.values(this.data.refunds).filter(({ payment_intent: id }) => id === intentId);
    return refunds.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Writes beside and renames: a crash in between leaves the earlier file whole. */
  save(): void {
    if (this.path === undefined) return;
    mkdirSync(dirname(this.path), { recursive: true });
    const draft = `${this.path}.new`;
    writeFileSync(draft, JSON.stringify(this.data), { mode: 0o600 }); // it holds webhook secrets
    renameSync(draft, this.path);
  }
}

/** @returns null when there is no file yet. A file that cannot be read is an error: forgetting payments would be worse. */
function read(path: string): Snapshot | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Snapshot;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

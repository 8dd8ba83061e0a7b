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

/** As the file holds it: each table as its rows. */
interface Snapshot {
  readonly intents: readonly PaymentIntent[];
  readonly refunds: readonly Refund[];
  readonly endpoints: readonly WebhookEndpoint[];
  readonly answers: readonly (readonly [key: string, answer: RememberedAnswer])[];
  readonly pending: readonly PendingDelivery[];
}

/** All the sandbox knows: in memory, and in one JSON file as well when it is given a path. */
export class PaymentState {
  readonly intents: Map<string, PaymentIntent>;
  readonly refunds: Map<string, Refund>;
  readonly endpoints: Map<string, WebhookEndpoint>;
  /** By idempotency key. */
  readonly answers: Map<string, RememberedAnswer>;
  readonly pending: Set<PendingDelivery>;

  constructor(private readonly path?: string) {
    const saved = path === undefined ? null : read(path);
    this.intents = byId(saved?.intents);
    this.refunds = byId(saved?.refunds);
    this.endpoints = byId(saved?.endpoints);
    this.answers = new Map(saved?.answers);
    this.pending = new Set(saved?.pending);
  }

  refundedOf(intentId: string): number {
    const refunds = [...this.refunds.values()].filter(({ payment_intent: id }) => id === intentId);
    return refunds.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Writes beside and renames: a crash in between leaves the earlier file whole. */
  save(): void {
    if (this.path === undefined) return;
    const snapshot: Snapshot = {
      intents: [...this.intents.values()],
      refunds: [...this.refunds.values()],
      endpoints: [...this.endpoints.values()],
      answers: [...this.answers],
      pending: [...this.pending],
    };
    mkdirSync(dirname(this.path), { recursive: true });
    const draft = `${this.path}.new`;
    writeFileSync(draft, JSON.stringify(snapshot), { mode: 0o600 }); // it holds webhook secrets
    renameSync(draft, this.path);
  }
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[] = []): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
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

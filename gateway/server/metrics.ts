import { Gauge, Histogram, Registry } from 'prom-client';
import { type FetchOutcome } from '../transport';

/** Operations beyond this many share one label: whoever can send documents must not be able to fill our memory. */
const maxOperationLabels = 500;
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the gateway counts. Labels are hashes and codes, never text that a caller wrote. */
export class Metrics {
  private readonly operations = new Set<string>();
  private readonly requests: Histogram<'operation' | 'status'>;
  private readonly fetches: Histogram<'subgraph' | 'outcome'>;
  private readonly subscriptions: Gauge;

  constructor(readonly registry: Registry = new Registry()) {
    const registers = [registry];
    this.requests = new Histogram({
      name: 'gateway_request_duration_seconds',
      help: 'GraphQL requests by hash of the document and HTTP status',
      labelNames: ['operation', 'status'],
      buckets: seconds,
      registers,
    });
    this.fetches = new Histogram({
      name: 'gateway_subgraph_fetch_duration_seconds',
      help: 'Fetches from subgraphs',
      labelNames: ['subgraph', 'outcome'],
      buckets: seconds,
      registers,
    });
    this.subscriptions = new Gauge({ name: 'gateway_subscriptions', help: 'Live subscriptions', registers });
  }

  /** @param documentHash SHA-256 of a valid document */
  operationLabel(documentHash: string): string {
    const label = documentHash.slice(0, 12);
    if (this.operations.has(label)) return label;
    if (this.operations.size >= maxOperationLabels) return 'other';
    this.operations.add(label);
    return label;
  }

  observeRequest(operation: string, status: number, durationSeconds: number): void {
    this.requests.observe({ operation, status: String(status) }, durationSeconds);
  }

  observeFetch(subgraph: string, outcome: FetchOutcome, durationSeconds: number): void {
    this.fetches.observe({ subgraph, outcome }, durationSeconds);
  }

  countSubscriptions(change: 1 | -1): void {
    this.subscriptions.inc(change);
  }
}

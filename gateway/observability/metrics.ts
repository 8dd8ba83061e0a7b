import { Counter, Gauge, Registry } from 'prom-client';
import { type FetchOutcome } from '../transport';
import { shortHash } from './access-log';
import { BoundedLabels } from './bounded-labels';
import { RequestHistogram } from './request-histogram';
import { type RequestRecord } from './request-record';

/** Further combinations of operation, status and outcome share the operation `other`. Each has a dozen time series. */
const maxRequestSeries = 1_000;
/** Of limits and policies: there are a dozen, but a subgraph's error may name others. */
const maxRefusalNames = 50;
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const costs = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000];

/** What the gateway counts. Labels are hashes, codes and names out of the SDL or the code, never text of a caller. */
export class Metrics {
  private readonly requests: RequestHistogram<'operation' | 'status' | 'outcome'>;
  private readonly fetches: RequestHistogram<'subgraph' | 'outcome'>;
  private readonly costs: RequestHistogram<never>;
  private readonly limited: Counter<'limit'>;
  private readonly rateLimited: Counter<'policy'>;
  private readonly subscriptions: Gauge;
  private readonly events: Counter<'result'>;
  private readonly dropped: Counter<'reason'>;
  private readonly lookups = { hit: 0, miss: 0 };
  private coalesced = 0;
  private readonly series = new BoundedLabels(maxRequestSeries);
  private readonly refusalNames = new BoundedLabels(maxRefusalNames);

  constructor(readonly registry: Registry = new Registry()) {
    this.requests = new RequestHistogram({
      name: 'gateway_request_duration_seconds',
      help: 'Requests by hash of the document, HTTP status and first error code (or OK)',
      labelNames: ['operation', 'status', 'outcome'],
      buckets: seconds,
      registry,
    });
    this.fetches = new RequestHistogram({
      name: 'gateway_subgraph_fetch_duration_seconds',
      help: 'Fetches from subgraphs',
      labelNames: ['subgraph', 'outcome'],
      buckets: seconds,
      registry,
    });
    this.costs = new RequestHistogram({
      name: 'gateway_operation_cost',
      help: 'Cost of operations, estimated before they run',
      labelNames: [],
      buckets: costs,
      registry,
    });
    this.limited = this.counter('gateway_limit_refusals_total', 'Requests above a limit, by its name', 'limit');
    this.rateLimited = this.counter('gateway_rate_limited_total', 'Requests that came too soon, by budget', 'policy');
    this.subscriptions = new Gauge({
      name: 'gateway_subscriptions',
      help: 'Live subscriptions',
      registers: [registry],
    });
    this.events = this.counter('gateway_subscription_events_total', 'Events per viewer: sent or withheld', 'result');
    this.dropped = this.counter('gateway_subscriptions_dropped_total', 'Ended by the gateway, by reason', 'reason');
    this.addTallies();
  }

  /** Counts a request that has been answered. */
  observe(record: RequestRecord, durationSeconds: number): void {
    const outcome = record.errorCodes[0] ?? 'OK';
    const status = String(record.status);
    const operation = shortHash(record.documentHash) ?? 'refused';
    const isKnown = this.series.admits(`${operation} ${status} ${outcome}`);
    this.requests.observe(durationSeconds, isKnown ? operation : 'other', status, outcome);
    if (record.cost !== null) this.costs.observe(record.cost);
    if (record.isCacheHit !== null) this.lookups[record.isCacheHit ? 'hit' : 'miss']++;
    this.coalesced += record.coalescedFetches;
    const { limit, rateLimitPolicy: policy } = record;
    if (limit !== null) this.limited.inc({ limit: this.refusalName(limit) });
    if (policy !== null) this.rateLimited.inc({ policy: this.refusalName(policy) });
  }

  observeFetch(subgraph: string, outcome: FetchOutcome, durationSeconds: number): void {
    this.fetches.observe(durationSeconds, subgraph, outcome);
  }

  countSubscriptions(change: 1 | -1): void {
    this.subscriptions.inc(change);
  }

  /** @param result a code: sent, or withheld because the event is not for this viewer */
  countEvent(result: string): void {
    this.events.inc({ result });
  }

  /** @param reason a code: why the gateway ended a subscription or socket */
  countDropped(reason: string): void {
    this.dropped.inc({ reason });
  }

  /** Adds a gauge of something the gateway holds, read when Prometheus asks. */
  watch(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        gauge.set(read());
      },
    });
  }

  /** Adds a counter of what is counted elsewhere as a number, because it happens too often or too early for more. */
  watchTotal(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  /** Adds a counter with one label, whose values must be out of the code. */
  counter<Label extends string>(name: string, help: string, label: Label): Counter<Label> {
    return new Counter({ name, help, labelNames: [label], registers: [this.registry] });
  }

  private refusalName(name: string): string {
    return this.refusalNames.admits(name) ? name : 'other';
  }

  /** Counts of every request are kept as numbers, and handed over when Prometheus asks. */
  private addTallies(): void {
    const lookups = new Counter<'result'>({
      name: 'gateway_prepared_operation_lookups_total',
      help: 'Lookups in the cache of prepared operations: hit, or miss and so parsed, validated and planned anew',
      labelNames: ['result'],
      registers: [this.registry],
      collect: () => {
        lookups.reset();
        for (const result of ['hit', 'miss'] as const) lookups.inc({ result }, this.lookups[result]);
      },
    });
    this.watchTotal(
      'gateway_coalesced_fetches_total',
      'Fetches that went along with another one of their request',
      () => this.coalesced,
    );
  }
}

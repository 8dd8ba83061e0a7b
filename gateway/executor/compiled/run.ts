import { type GraphQLError } from 'graphql';
import { type HandedSpan } from '#shared/tracing';
import {
  type CancelSignal,
  type ReliedConsents,
  type SubgraphRequest,
  type SubgraphResult,
  type Subgraphs,
} from '../../transport';
import { type ExecutionRequest } from '../plan-executor';
import { type Entity } from './entity';
import { EntityBatch } from './entity-batch';
import { type FetchDocument } from './fetch-document';

const maxErrors = 1_000;

/** A part of a plan. Nothing to wait for is said by returning nothing. */
export type Step = (run: Run) => Promise<void> | undefined;

export interface Fetch {
  readonly subgraph: string;
  readonly document: FetchDocument;
}

/** What a fetch is made from besides its document: who asks, and on which consents it rests. */
type PlannedRequest = ExecutionRequest & { readonly consents?: ReliedConsents };

/**
 * A fetch as transports take it. Those that send text never need its variables as values, so these are read from their text
 * when somebody asks; a copy made by spreading has none.
 */
class PlannedFetch implements SubgraphRequest {
  readonly query: string;
  readonly json: NonNullable<SubgraphRequest['json']>;
  readonly operationName?: string;
  readonly actor: SubgraphRequest['actor'];
  readonly correlationId: string;
  readonly span: HandedSpan | null;
  readonly signal?: CancelSignal;
  readonly onFetched?: NonNullable<SubgraphRequest['onFetched']>;
  traceparent?: string;

  readonly consents?: ReliedConsents;

  constructor({ query, head, operationName }: FetchDocument, variables: string, request: PlannedRequest) {
    const { actor, correlationId, span, signal, onFetched, consents } = request;
    this.query = query;
    this.json = { head, variables };
    if (operationName !== undefined) this.operationName = operationName;
    this.actor = actor;
    this.correlationId = correlationId;
    this.span = span ?? null;
    if (signal) this.signal = signal;
    if (onFetched) this.onFetched = onFetched;
    if (consents) this.consents = consents;
  }

  get variables(): Record<string, unknown> {
    return JSON.parse(this.json.variables) as Record<string, unknown>;
  }
}

/** One execution of a plan: the answer as it grows. */
export class Run {
  readonly errors: GraphQLError[] = [];
  /** Objects that stand in several places of the answer. */
  readonly shared = new Set<unknown>();
  private readonly batches = new Map<string, EntityBatch>();

  constructor(
    readonly request: ExecutionRequest,
    private readonly subgraphs: Subgraphs,
    readonly data: Entity = {},
  ) {}

  /** A later part of this execution: it adds to the same answer and has its own errors. */
  branch(): Run {
    return new Run(this.request, this.subgraphs, this.data);
  }

  /** Never rejects; an outage is a result with errors. @param variables as JSON text */
  ask({ subgraph, document }: Fetch, variables: string, consents?: ReliedConsents): Promise<SubgraphResult> {
    const request = consents ? { ...this.request, consents } : this.request;
    return this.subgraphs.execute(subgraph, new PlannedFetch(document, variables, request));
  }

  /** The batch that equal fetches of this moment share: what one of them asks the others need not. */
  batch(fetch: Fetch, variables: string): EntityBatch {
    const key = `${fetch.subgraph}\n${variables}\n${fetch.document.query}`;
    const open = this.batches.get(key);
    if (open) return open;
    const batch = new EntityBatch();
    this.batches.set(key, batch);
    batch.answerBy(
      new Promise((resolve) => {
        setImmediate(() => {
          this.batches.delete(key);
          resolve(this.ask(fetch, batch.variables(variables), batch.consents));
        });
      }),
    );
    return batch;
  }

  report(errors: readonly GraphQLError[]): void {
    for (const error of errors) if (this.errors.length < maxErrors) this.errors.push(error);
  }
}

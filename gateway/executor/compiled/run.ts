import { type GraphQLError } from 'graphql';
import { type SubgraphResult, type Subgraphs } from '../../transport';
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

/** One execution of a plan: the answer as it grows. */
export class Run {
  readonly errors: GraphQLError[] = [];
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
  ask({ subgraph, document }: Fetch, variables: string): Promise<SubgraphResult> {
    const { actor, correlationId, signal, onFetched } = this.request;
    return this.subgraphs.execute(subgraph, {
      query: document.query,
      get variables() {
        return JSON.parse(variables) as Record<string, unknown>;
      },
      json: { query: document.queryJson, variables },
      actor,
      correlationId,
      ...(document.operationName !== undefined && { operationName: document.operationName }),
      ...(signal && { signal }),
      ...(onFetched && { onFetched }),
    });
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
          resolve(this.ask(fetch, batch.variables(variables)));
        });
      }),
    );
    return batch;
  }

  report(errors: readonly GraphQLError[]): void {
    for (const error of errors) if (this.errors.length < maxErrors) this.errors.push(error);
  }
}

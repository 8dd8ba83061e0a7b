import { type Operations, type PreparedOperation } from '../operations';
import { type LoadedSupergraph } from '../supergraph';

/** A supergraph and what runs operations in it. A subscription keeps the one in which it began until it ends. */
export interface StreamGeneration {
  readonly supergraph: LoadedSupergraph;
  readonly operations: Operations;
}

/** What is paid for each event. Each throws a DomainError RATE_LIMITED when the caller has nothing left. */
export interface Toll {
  readonly forLooking: () => void;
  readonly forAnswering: () => void;
}

/** An operation, and the generation that it was prepared in. */
export interface PreparedStream {
  readonly toll: Toll;
  readonly prepared: PreparedOperation;
  readonly generation: StreamGeneration;
}

/** What a client asks for over a socket or an event stream. */
export interface StreamOperation {
  /** Empty when the document is named by `documentId` or `extensions.persistedQuery`. */
  readonly query: string;
  readonly documentId: string | null;
  readonly extensions: Readonly<Record<string, unknown>> | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

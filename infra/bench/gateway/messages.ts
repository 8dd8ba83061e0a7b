/** What the processes of the bench say to each other, over Node's IPC. */

/** Ports of the subgraphs by name, and of the collector of traces. */
export interface SubgraphsReady {
  readonly kind: 'ready';
  readonly ports: Readonly<Record<string, number>>;
  readonly collector: number;
}

/** How many requests each subgraph has had since it started. */
export interface Fetches {
  readonly kind: 'fetches';
  readonly fetches: Readonly<Record<string, number>>;
}

export interface GatewayReady {
  readonly kind: 'ready';
  readonly port: number;
}

/** What is measured from now on, as the name of its CPU profile. */
export interface ProfileOrder {
  readonly stretch: string;
}

/** Nobody in particular, the same callers again and again, or each request from one that was not there before. */
export type Callers = 'anonymous' | 'returning' | 'new';

/** One stretch of load on one gateway. */
export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  /** The GraphQL request, as JSON. */
  readonly body: string;
  /** Requests in flight, each on a connection of its own. */
  readonly connections: number;
  /** Before anything is measured: what a gateway remembers of its callers for some seconds it is to remember. */
  readonly leadInMs: number;
  /** After this time nothing new is sent, and what is in flight is waited for. */
  readonly durationMs: number;
  readonly callers: Callers;
  /** Processes whose processor time is counted. */
  readonly pids: readonly number[];
}

export interface LoadReport {
  readonly count: number;
  /** Answers that were not 200, or not the same as the first one. */
  readonly failures: number;
  readonly processorMs: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** The first answer's body. */
  readonly answer: string;
}

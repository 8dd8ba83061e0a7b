import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  OperationTypeNode,
} from 'graphql';
import { type Actor } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { type Demand, addressOf } from '../limits';
import { type Metrics, type RequestRecord, noteErrors, startRecord } from '../observability';
import { type PersistedDocuments } from '../persisted';
import { type TokenStanding } from '../revocation';
import {
  Connections,
  type EventStreams,
  type PreparedStream,
  type SocketServer,
  type StreamOperation,
  SubscriptionEngine,
  type Toll,
  serveEventStreams,
  serveSockets,
} from '../subscriptions';
import { type Subgraphs } from '../transport';
import { type Authenticator } from './authenticator';
import { type Caller } from './caller';
import { type GatewayOptions } from './gateway-options';
import { type Generation } from './generation';
import { type GraphqlParameters } from './graphql-parameters';
import { prepareFor } from './graphql-pipeline';
import { describeRefusal } from './request-error';

export interface LiveOptions extends Pick<GatewayOptions, 'config' | 'events' | 'log'> {
  readonly authenticate: Authenticator;
  /** The generation that new subscriptions begin in. */
  readonly current: () => Generation;
  readonly demand: Demand;
  readonly metrics: Metrics;
  readonly observe: (record: RequestRecord) => void;
  readonly persisted: PersistedDocuments;
  readonly standing: TokenStanding;
  readonly subgraphs: Subgraphs;
}

/** A request over HTTP that wants its answer as an event stream. */
export interface StreamRequest {
  readonly parameters: GraphqlParameters;
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  /** Answers it when it is a query or a mutation. */
  readonly answer: () => Promise<FormattedExecutionResult>;
}

/** Subscriptions, over WebSockets and event streams, under the same limits as requests. */
export class LiveOperations {
  private readonly connections: Connections;
  private readonly engine: SubscriptionEngine;
  private readonly streams: EventStreams;
  private sockets: SocketServer | null = null;

  constructor(private readonly options: LiveOptions) {
    const { config, events, metrics: observer, standing, subgraphs } = options;
    const { subscriptionLimits: limits } = config;
    this.connections = new Connections(limits);
    this.engine = new SubscriptionEngine({ subgraphs, events, limits, observer, standing });
    this.streams = serveEventStreams({
      engine: this.engine,
      connections: this.connections,
      limits,
      observer,
      formatError: (error, correlationId) => this.format(error, correlationId),
    });
    observer.watch('gateway_sockets', 'Open WebSockets and event streams', () => this.connections.open);
  }

  /** Takes the upgrades of an HTTP server. @param path where sockets are served */
  listen(server: Server, path: string): void {
    const { authenticate, config, metrics: observer } = this.options;
    this.sockets = serveSockets({
      server,
      path,
      engine: this.engine,
      connections: this.connections,
      limits: config.subscriptionLimits,
      observer,
      authenticate,
      addressOf: (request) => addressOf(request, config.trustProxy),
      isAllowedOrigin: (origin) => config.allowedOrigins.includes(origin),
      prepare: (operation, actor) => this.prepareForSocket(operation, actor),
      formatError: (error) => this.format(error, newCorrelationId()),
    });
  }

  /** Answers with an event stream. Resolves when that has ended; never rejects. */
  stream(
    request: IncomingMessage,
    response: ServerResponse,
    { parameters, caller, headers, answer }: StreamRequest,
  ): Promise<void> {
    const { observe } = this.options;
    const operation = operationOf(parameters);
    return this.streams.serve(request, response, {
      operation,
      headers,
      actor: caller.actor,
      correlationId: caller.correlationId,
      prepare: () => this.prepare(operation, caller),
      answer: async () => {
        const result = await answer();
        observe(caller.record);
        return result;
      },
    });
  }

  /** New subscriptions begin in this generation; old ones end by and by. */
  supersede(generation: Generation): void {
    this.engine.supersede(generation);
  }

  /** Says goodbye to every client. */
  async close(): Promise<void> {
    this.streams.close();
    await this.sockets?.close();
  }

  stop(): void {
    this.engine.stop();
  }

  private prepareForSocket(operation: StreamOperation, actor: Actor): PreparedStream {
    const correlationId = newCorrelationId();
    const record = startRecord({ correlationId, transport: 'websocket' });
    record.clientId = actor.clientId;
    // Whoever has a socket has a token: rates go by that, and by the address only without one.
    return this.prepare(operation, { actor, correlationId, record, address: '' });
  }

  /** A subscription's record ends here: how long a client listens says nothing about us. */
  private prepare(operation: StreamOperation, caller: Caller): PreparedStream {
    const { current, demand, observe, persisted } = this.options;
    const { actor, record } = caller;
    try {
      const { source, id } = persisted.resolve(operation, actor);
      record.isPersisted = id !== null;
      const generation = current();
      const { variables, operationName } = operation;
      const prepared = prepareFor(record, generation, { source, variables, operationName });
      if (prepared.operation.operation !== OperationTypeNode.SUBSCRIPTION) return { prepared, generation, toll: free };
      record.cost = generation.costOf(prepared, variables);
      demand.admit(caller, record.cost);
      observe(record);
      return { prepared, generation, toll: this.tollOf(caller, record.cost) };
    } catch (cause) {
      const { failure } = demand.refuse(caller, cause, operation.query.length);
      const { status, error } = describeRefusal(failure, {
        correlationId: caller.correlationId,
        log: this.options.log,
      });
      record.status = status;
      noteErrors(record, [error]);
      observe(record);
      throw failure;
    }
  }

  /** A look at an event costs a point, whoever it is for; the answer to it costs what the operation does. */
  private tollOf(caller: Caller, cost: number): Toll {
    const { demand } = this.options;
    return {
      forLooking: () => {
        demand.charge(caller, 1);
      },
      forAnswering: () => {
        demand.charge(caller, cost - 1);
      },
    };
  }

  private format(error: GraphQLError, correlationId: string): GraphQLFormattedError {
    return describeRefusal(error, { correlationId, log: this.options.log }).error;
  }
}

/** What is answered at once was charged at once. */
const free: Toll = { forLooking: () => undefined, forAnswering: () => undefined };

function operationOf({ query, documentId, extensions, variables, operationName }: GraphqlParameters): StreamOperation {
  return {
    query: query ?? '',
    documentId: documentId ?? null,
    extensions: extensions ?? null,
    variables: variables ?? {},
    operationName: operationName ?? null,
  };
}

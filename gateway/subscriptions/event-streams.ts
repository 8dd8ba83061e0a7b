import { type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  OperationTypeNode,
} from 'graphql';
import { type Actor } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { type Connections } from './connections';
import { EventStreamWriter } from './event-stream-writer';
import { SubscriptionRefusal } from './evaluations';
import { type PreparedStream, type StreamOperation } from './prepared-stream';
import { type Subscription, tokenEnded } from './subscription';
import { type SubscriptionEngine } from './subscription-engine';
import { type SubscriptionLimits } from './subscription-limits';
import { type SubscriptionObserver } from './subscription-observer';

/** One request for an event stream, read and authenticated. */
export interface EventStreamRequest {
  readonly operation: StreamOperation;
  /** Null for a caller without a token. */
  readonly actor: Actor | null;
  readonly correlationId: string;
  /** Of the answer, e.g. those that security and CORS want. */
  readonly headers: Readonly<Record<string, string>>;
  /** As for sockets. @throws {GraphQLError} */
  readonly prepare: () => PreparedStream | Promise<PreparedStream>;
  /** Answers the same request when it is a query or a mutation. */
  readonly answer: () => Promise<FormattedExecutionResult>;
}

export interface EventStreamOptions {
  readonly engine: SubscriptionEngine;
  readonly connections: Connections;
  readonly limits: SubscriptionLimits;
  readonly observer: SubscriptionObserver;
  readonly formatError: (error: GraphQLError, correlationId: string) => GraphQLFormattedError;
}

export interface EventStreams {
  /**
   * Answers with GraphQL over Server-Sent Events, "distinct connections mode". Never rejects; resolves when the stream
   * has ended.
   */
  serve(request: IncomingMessage, response: ServerResponse, about: EventStreamRequest): Promise<void>;
  /** Ends all streams without `complete`, so that clients go on elsewhere, from where they are. Takes no new ones. */
  close(): void;
}

/** Serves event streams on Node's own requests and responses. */
export function serveEventStreams(options: EventStreamOptions): EventStreams {
  const open = new Set<EventStream>();
  let isClosing = false;
  return {
    serve: async (request, response, about) => {
      const leave = isClosing ? null : options.connections.enter();
      if (!leave) {
        response.writeHead(503, { ...about.headers, 'retry-after': '1', 'content-length': 0 }).end();
        return;
      }
      response.once('close', leave);
      const stream = new EventStream(options, new EventStreamWriter(response), about);
      open.add(stream);
      try {
        await stream.run(lastEventId(request));
      } finally {
        open.delete(stream);
        leave();
      }
    },
    close: () => {
      isClosing = true;
      for (const stream of open) stream.leave();
    },
  };
}

/** What a browser sends when it connects again: newer than what the page's script had said in its request. */
function lastEventId({ headers }: IncomingMessage): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

class EventStream {
  private subscription: Subscription | null = null;
  private isLeaving = false;

  constructor(
    private readonly options: EventStreamOptions,
    private readonly writer: EventStreamWriter,
    private readonly about: EventStreamRequest,
  ) {}

  async run(resumeFrom: string | null): Promise<void> {
    const { headers, correlationId } = this.about;
    this.writer.begin({ ...headers, 'x-correlation-id': correlationId });
    try {
      await this.deliver(resumeFrom);
    } catch (failure) {
      await this.writer.next({ errors: this.errorsOf(failure) });
    }
    this.writer.end({ isComplete: !this.isLeaving });
  }

  leave(): void {
    this.isLeaving = true;
    this.options.observer.countDropped('shutdown');
    if (this.subscription) void this.subscription.results.return(undefined);
  }

  private async deliver(resumeFrom: string | null): Promise<void> {
    const { actor, answer, prepare } = this.about;
    const stream = await prepare();
    if (stream.prepared.operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      await this.writer.next(await answer());
      return;
    }
    if (!actor) throw new DomainError('UNAUTHENTICATED', 'A subscription needs an access token');
    const release = this.options.connections.identify(actor);
    try {
      await this.follow(await this.open(stream, actor, resumeFrom), actor);
    } finally {
      release();
    }
  }

  private async open(stream: PreparedStream, actor: Actor, resumeFrom: string | null): Promise<Subscription> {
    const { engine } = this.options;
    const { operation, correlationId } = this.about;
    // Whoever loses the connection before the first result resumes from here.
    this.writer.place(engine.position());
    return engine.open(stream, {
      actor,
      correlationId,
      variables: operation.variables,
      extensions: resumeFrom === null ? operation.extensions : { ...operation.extensions, resumeFrom },
      // What is being sent to somebody who does not take it never ends by itself.
      onDrop: () => {
        this.writer.giveUp();
      },
    });
  }

  private async follow(subscription: Subscription, actor: Actor): Promise<void> {
    const { engine, observer } = this.options;
    this.subscription = subscription;
    const stopTimer = engine.endOfToken(actor, (how) => {
      observer.countDropped(`token_${how}`);
      subscription.end(tokenEnded(how));
      this.writer.giveUp();
    });
    const stopBeating = this.beat(subscription);
    this.writer.onGone(() => void subscription.results.return(undefined));
    if (this.isLeaving) void subscription.results.return(undefined);
    try {
      for await (const result of subscription.results) await this.writer.next(this.formatted(result));
    } finally {
      stopTimer();
      stopBeating();
    }
  }

  /** Signs of life. To a client that has had everything they say so: its cursor must not grow old while nothing happens. */
  private beat(subscription: Subscription): () => void {
    const timer = setInterval(() => {
      this.writer.place(subscription.idleCursor());
    }, this.options.limits.keepAliveMs);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  }

  private formatted({ data, errors, extensions }: ExecutionResult): FormattedExecutionResult {
    const { correlationId } = this.about;
    return {
      ...(data !== undefined && { data }),
      ...(errors && { errors: errors.map((error) => this.options.formatError(error, correlationId)) }),
      ...(extensions && { extensions }),
    };
  }

  private errorsOf(failure: unknown): GraphQLFormattedError[] {
    const errors =
      failure instanceof SubscriptionRefusal
        ? failure.errors
        : [
            failure instanceof GraphQLError
              ? failure
              : new GraphQLError('Unexpected', { originalError: failure as Error }),
          ];
    return errors.map((error) => this.options.formatError(error, this.about.correlationId));
  }
}

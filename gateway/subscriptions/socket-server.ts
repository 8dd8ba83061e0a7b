import { type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type Duplex } from 'node:stream';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  OperationTypeNode,
} from 'graphql';
import { type Context, type SubscribePayload, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Actor } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { DomainError, InputError } from '#shared/errors';
import { type PreparedOperation } from '../operations';
import { type SocketExtra, speakProtocol } from './protocol-socket';
import { type SubscriptionEngine, SubscriptionRefusal } from './subscription-engine';
import { type SubscriptionLimits } from './subscription-limits';

/** The longest time a timer can be set for; a token that lives longer than 24 days does not exist anyway. */
const maxTimerMs = 2 ** 31 - 1;
const closeTimeoutMs = 2_000;

/** Codes of WebSocket (RFC 6455 §7.4.1), of graphql-transport-ws, and 4409 as the platform uses it. */
const closeCodes = { goingAway: 1001, unauthorized: 4401, forbidden: 4403, slowConsumer: 4409 } as const;

export interface SocketServerOptions {
  readonly server: HttpServer;
  readonly path: string;
  readonly engine: SubscriptionEngine;
  readonly limits: SubscriptionLimits;
  /** @throws {DomainError} UNAUTHENTICATED */
  readonly authenticate: (authorization: string) => Promise<Actor>;
  readonly isAllowedOrigin: (origin: string) => boolean;
  /** Limits, validation and preparation, as for HTTP. @throws {GraphQLError | SubscriptionRefusal} */
  readonly prepare: (request: SocketOperation, actor: Actor) => PreparedOperation;
  readonly formatError: (error: GraphQLError) => GraphQLFormattedError;
}

export interface SocketOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

export interface SocketServer {
  /** Says goodbye to every client (1001) and waits for them, at most 2 s. */
  close(): Promise<void>;
}

interface ViewerSocket extends SocketExtra {
  /** Null until the client has said who it is. */
  actor: Actor | null;
}

type Params = Record<string, unknown> | undefined;
type SocketContext = Context<Params, ViewerSocket>;

interface Stream {
  readonly results: AsyncGenerator<ExecutionResult>;
}

/** Serves graphql-transport-ws on the HTTP server's upgrades. Only subscriptions: the rest has HTTP. */
export function serveSockets(options: SocketServerOptions): SocketServer {
  const { server, limits } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.frameBytes, handleProtocols });
  const protocol = makeServer<Params, ViewerSocket>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: (context) => connect(options, context),
    onSubscribe: (context, _id, payload) => start(options, context, payload),
    subscribe: ({ contextValue }) => (contextValue as Stream).results,
    onNext: (...[, , , , result]) => formatResult(result, options.formatError),
    onError: (...[, , , errors]) => errors.map(options.formatError),
  });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    speakProtocol(protocol, { socket, request, actor: null });
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = refuseUpgrade(options, request, sockets.clients.size);
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  };
  server.on('upgrade', upgrade);
  return {
    close: async () => {
      server.off('upgrade', upgrade);
      await closeAll(sockets);
    },
  };
}

async function closeAll(sockets: WebSocketServer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    sockets.close(() => {
      resolve();
    });
  });
  for (const client of sockets.clients) client.close(closeCodes.goingAway, 'Going away');
  const timer = setTimeout(() => {
    for (const client of sockets.clients) client.terminate();
  }, closeTimeoutMs);
  await closed;
  clearTimeout(timer);
}

/** @returns the status line's end when the upgrade must not happen */
function refuseUpgrade(options: SocketServerOptions, request: IncomingMessage, open: number): string | null {
  const { origin, 'sec-websocket-protocol': protocols = '' } = request.headers;
  const path = request.url?.split('?')[0];
  if (path !== options.path) return '404 Not Found';
  // Browsers send cookies and Origin along from any page; other clients send none and prove themselves by their token.
  if (origin !== undefined && !options.isAllowedOrigin(origin)) return '403 Forbidden';
  if (handleProtocols(protocols) === false) return '400 Bad Request';
  return open >= options.limits.sockets ? '503 Service Unavailable' : null;
}

async function connect(options: SocketServerOptions, context: SocketContext): Promise<boolean> {
  const { socket } = context.extra;
  const authorization = context.connectionParams?.['authorization'];
  try {
    if (typeof authorization !== 'string') throw new DomainError('UNAUTHENTICATED', 'A socket needs an access token');
    const actor = await options.authenticate(authorization);
    context.extra.actor = actor;
    const timer = setTimeout(
      () => {
        socket.close(closeCodes.forbidden, 'Token expired');
      },
      Math.min(Math.max(0, actor.expiresAt.getTime() - Date.now()), maxTimerMs),
    );
    timer.unref();
    socket.once('close', () => {
      clearTimeout(timer);
    });
    return true;
  } catch {
    socket.close(closeCodes.unauthorized, 'Unauthorized');
    return false;
  }
}

function start(
  options: SocketServerOptions,
  context: SocketContext,
  payload: SubscribePayload,
): ExecutionArgs | readonly GraphQLError[] {
  try {
    return open(options, context, payload);
  } catch (error) {
    if (error instanceof SubscriptionRefusal) return error.errors;
    return [error instanceof GraphQLError ? error : new GraphQLError('Unexpected', { originalError: error as Error })];
  }
}

function open(options: SocketServerOptions, context: SocketContext, payload: SubscribePayload): ExecutionArgs {
  const { actor, socket } = context.extra;
  const { subscriptionsPerSocket: allowed } = options.limits;
  if (!actor) throw new DomainError('UNAUTHENTICATED', 'A socket needs an access token');
  if (Object.keys(context.subscriptions).length > allowed) {
    const details = { limit: 'subscriptionsPerSocket', allowed };
    throw new DomainError('LIMIT_EXCEEDED', `A socket carries at most ${String(allowed)} subscriptions`, { details });
  }
  const operation = readOperation(payload);
  const prepared = options.prepare(operation, actor);
  if (prepared.operation.operation !== OperationTypeNode.SUBSCRIPTION)
    throw new InputError('Queries and mutations go over HTTP');
  const results = options.engine.open(prepared, {
    actor,
    variables: operation.variables,
    correlationId: newCorrelationId(),
    onOverflow: () => {
      socket.close(closeCodes.slowConsumer, 'slow consumer');
    },
  });
  const document: DocumentNode = prepared.document;
  const contextValue: Stream = { results };
  // graphql-ws reads the operation's kind from the document and hands the context to `subscribe`; it needs no schema.
  return { document, operationName: operation.operationName, contextValue } as unknown as ExecutionArgs;
}

function readOperation({ query, variables, operationName }: SubscribePayload): SocketOperation {
  if (typeof query !== 'string') throw new InputError('query must be a string');
  return { query, variables: variables ?? {}, operationName: operationName ?? null };
}

function formatResult(
  { data, errors }: { readonly [Key in keyof ExecutionResult]?: ExecutionResult[Key] | undefined },
  format: (error: GraphQLError) => GraphQLFormattedError,
): FormattedExecutionResult {
  return { ...(data !== undefined && { data }), ...(errors && { errors: errors.map(format) }) };
}

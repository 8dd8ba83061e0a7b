import { type IncomingMessage } from 'node:http';
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { type Context, type SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Actor } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { DomainError, InputError } from '#shared/errors';
import { closeCodes, closeSocket } from './close-socket';
import { type Connections } from './connections';
import { SubscriptionRefusal } from './evaluations';
import { type PreparedStream, type StreamOperation } from './prepared-stream';
import { type SocketExtra } from './protocol-socket';
import { type SubscriptionEngine } from './subscription-engine';
import { type SubscriptionLimits } from './subscription-limits';
import { type SubscriptionObserver } from './subscription-observer';

export interface SessionOptions {
  readonly engine: SubscriptionEngine;
  readonly connections: Connections;
  readonly limits: SubscriptionLimits;
  readonly observer: SubscriptionObserver;
  /** Revoked tokens included. @throws {DomainError} UNAUTHENTICATED; UPSTREAM_UNAVAILABLE when it cannot tell */
  readonly authenticate: (authorization: string, address: string) => Promise<Actor>;
  readonly addressOf: (request: IncomingMessage) => string;
  /**
   * In the generation that is current now; limits, validation and preparation as for HTTP.
   * @throws {GraphQLError | SubscriptionRefusal}
   */
  readonly prepare: (operation: StreamOperation, actor: Actor) => PreparedStream | Promise<PreparedStream>;
}

export interface ViewerSocket extends SocketExtra {
  /** Null until the client has said who it is. */
  actor: Actor | null;
}

export type Params = Record<string, unknown> | undefined;
type SocketContext = Context<Params, ViewerSocket>;

export interface Stream {
  readonly results: AsyncGenerator<ExecutionResult>;
}

/** Answers `connection_init`. @returns the acknowledgement's payload if it has one, or false for a socket that is being closed */
export async function connect(
  options: SessionOptions,
  { connectionParams, extra }: SocketContext,
): Promise<Record<string, unknown> | boolean> {
  const { socket } = extra;
  try {
    const authorization = connectionParams?.['authorization'];
    if (typeof authorization !== 'string') throw new DomainError('UNAUTHENTICATED', 'A socket needs an access token');
    const actor = await options.authenticate(authorization, options.addressOf(extra.request));
    // It may have gone while we looked.
    if (socket.readyState !== WebSocket.OPEN) return false;
    socket.once('close', options.connections.identify(actor));
    extra.actor = actor;
    const stop = options.engine.endOfToken(actor, (how) => {
      endSocket(options, socket, `token_${how}`);
    });
    socket.once('close', stop);
    const cursor = options.engine.position();
    // Whoever loses the connection before the first result resumes from here.
    return cursor === null || { cursor };
  } catch (error) {
    closeSocket(socket, ...closingOf(error));
    return false;
  }
}

/** Answers `subscribe`. */
export async function start(
  options: SessionOptions,
  context: SocketContext,
  payload: SubscribePayload,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  try {
    return await open(options, context, payload);
  } catch (error) {
    if (error instanceof SubscriptionRefusal) return error.errors;
    return [error instanceof GraphQLError ? error : new GraphQLError('Unexpected', { originalError: error as Error })];
  }
}

async function open(
  options: SessionOptions,
  context: SocketContext,
  payload: SubscribePayload,
): Promise<ExecutionArgs> {
  const { actor, socket } = context.extra;
  const { subscriptionsPerSocket: allowed } = options.limits;
  if (!actor) throw new DomainError('UNAUTHENTICATED', 'A socket needs an access token');
  if (Object.keys(context.subscriptions).length > allowed) {
    const details = { limit: 'subscriptionsPerSocket', allowed };
    throw new DomainError('LIMIT_EXCEEDED', `A socket carries at most ${String(allowed)} subscriptions`, { details });
  }
  const operation = readOperation(payload);
  const stream = await options.prepare(operation, actor);
  if (stream.prepared.operation.operation !== OperationTypeNode.SUBSCRIPTION)
    throw new InputError('Queries and mutations go over HTTP');
  const { results } = await options.engine.open(stream, {
    actor,
    variables: operation.variables,
    extensions: operation.extensions,
    correlationId: newCorrelationId(),
    onDrop: (reason) => {
      if (reason === 'slow_consumer') closeSocket(socket, closeCodes.tooSlow, 'Too slow');
      else closeSocket(socket, closeCodes.forbidden, 'Token revoked');
    },
  });
  const document: DocumentNode = stream.prepared.document;
  const contextValue: Stream = { results };
  // graphql-ws reads the operation's kind from the document and hands the context to `subscribe`; it needs no schema.
  return { document, operationName: operation.operationName, contextValue } as unknown as ExecutionArgs;
}

function readOperation(payload: SubscribePayload & { readonly documentId?: unknown }): StreamOperation {
  const { query, documentId, extensions, variables, operationName } = payload;
  if (typeof query !== 'string') throw new InputError('query must be a string');
  return {
    query,
    documentId: typeof documentId === 'string' ? documentId : null,
    extensions: extensions ?? null,
    variables: variables ?? {},
    operationName: operationName ?? null,
  };
}

function endSocket({ observer }: SessionOptions, socket: WebSocket, reason: 'token_expired' | 'token_revoked'): void {
  observer.countDropped(reason);
  closeSocket(socket, closeCodes.forbidden, reason === 'token_expired' ? 'Token expired' : 'Token revoked');
}

function closingOf(error: unknown): [code: number, reason: string] {
  const code = error instanceof DomainError ? error.code : null;
  if (error instanceof DomainError && code === 'WRONG_REGION') return [closeCodes.forbidden, pointerOf(error)];
  if (code === 'LIMIT_EXCEEDED') return [closeCodes.tooMany, 'Too many sockets'];
  if (code === 'ADDRESS_NOT_ALLOWED') return [closeCodes.forbidden, 'Address not allowed'];
  // To a client 4401 is final; a key set that cannot be reached for a moment is not.
  if (code === 'UPSTREAM_UNAVAILABLE') return [closeCodes.tryAgainLater, 'Try again later'];
  return [closeCodes.unauthorized, 'Unauthorized'];
}

/** What a close frame holds for the reason, in bytes (RFC 6455 §5.5.1). */
const maxReasonBytes = 123;

/** A socket is told nothing but code and reason: so the address stands there, or the region where it is too long. */
function pointerOf({ details }: DomainError): string {
  const [region, url] = [String(details['region']), details['url']];
  const reason = typeof url === 'string' ? `WRONG_REGION ${region} ${url}` : `WRONG_REGION ${region}`;
  return Buffer.byteLength(reason) <= maxReasonBytes ? reason : `WRONG_REGION ${region}`;
}

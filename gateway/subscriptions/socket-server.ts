import { type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type Duplex } from 'node:stream';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { closeCodes, closeSocket } from './close-socket';
import { SubscriptionRefusal } from './evaluations';
import { speakProtocol } from './protocol-socket';
import { type Params, type SessionOptions, type Stream, type ViewerSocket, connect, start } from './socket-session';

export interface SocketServerOptions extends SessionOptions {
  readonly server: HttpServer;
  readonly path: string;
  readonly isAllowedOrigin: (origin: string) => boolean;
  readonly formatError: (error: GraphQLError) => GraphQLFormattedError;
}

export interface SocketServer {
  /** Takes no further socket, says goodbye to every client (1001) and waits for them, at most 1 s. */
  close(): Promise<void>;
}

/** Serves graphql-transport-ws on the HTTP server's upgrades. Only subscriptions: the rest has HTTP. */
export function serveSockets(options: SocketServerOptions): SocketServer {
  const { server, limits, connections, observer } = options;
  let isClosing = false;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.frameBytes, handleProtocols });
  const protocol = makeServer<Params, ViewerSocket>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: (context) => connect(options, context),
    onSubscribe: (context, _id, payload) => start(options, context, payload),
    subscribe: ({ contextValue }) => (contextValue as Stream).results,
    onNext: (...[, , , , result]) => formatResult(result, options.formatError),
    onError: (...[, , , errors]) => errors.flatMap(refusalsIn).map(options.formatError),
  });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const extra: ViewerSocket = { socket, request, actor: null };
    speakProtocol(protocol, extra, { limits, observer });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = isClosing ? '503 Service Unavailable' : refusalOf(options, request);
    const leave = refusal === null ? connections.enter() : null;
    if (!leave) {
      refuse(socket, refusal ?? '503 Service Unavailable');
      return;
    }
    socket.once('close', leave);
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  });
  return {
    close: async () => {
      isClosing = true;
      for (const client of sockets.clients) {
        observer.countDropped('shutdown');
        closeSocket(client, closeCodes.goingAway, 'Going away');
      }
      await new Promise<void>((resolve) => {
        sockets.close(() => {
          resolve();
        });
      });
    },
  };
}

/** @returns the end of the status line when there is nothing here to upgrade to for this client */
function refusalOf({ path, isAllowedOrigin }: SocketServerOptions, { url, headers }: IncomingMessage): string | null {
  if (url?.split('?')[0] !== path) return '404 Not Found';
  // Browsers send cookies and Origin along from any page; other clients send none and prove themselves by their token.
  return headers.origin !== undefined && !isAllowedOrigin(headers.origin) ? '403 Forbidden' : null;
}

/** Node leaves an upgraded connection alone from here on: nobody else would close it, or hear of its errors. */
function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => {
    socket.destroy();
  });
}

/** graphql-ws makes one error of whatever ends a stream. */
function refusalsIn(error: GraphQLError): readonly GraphQLError[] {
  return error.originalError instanceof SubscriptionRefusal ? error.originalError.errors : [error];
}

function formatResult(
  { data, errors, extensions }: { readonly [Key in keyof ExecutionResult]?: ExecutionResult[Key] | undefined },
  format: (error: GraphQLError) => GraphQLFormattedError,
): FormattedExecutionResult {
  return {
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map(format) }),
    ...(extensions && { extensions }),
  };
}

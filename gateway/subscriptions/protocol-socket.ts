import { type IncomingMessage } from 'node:http';
import { type Server as Protocol } from 'graphql-ws';
import { type WebSocket } from 'ws';

const pingEveryMs = 12_000;
const internalError = 4500;

export interface SocketExtra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

/**
 * Lets graphql-ws speak over one socket. (Its own binding for ws writes to the console when a client misbehaves, and
 * hides the close codes of ws itself, such as 1009 for a message that is too big.)
 */
export function speakProtocol<Extra extends SocketExtra>(protocol: Protocol<Extra>, extra: Extra): void {
  const { socket } = extra;
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (message) => send(socket, message),
      close: (code, reason) => {
        socket.close(code, reason);
      },
      onMessage: (handle) => {
        socket.on('message', (message: Buffer) => {
          handle(message.toString('utf8')).catch(() => {
            socket.close(internalError, 'Internal server error');
          });
        });
      },
    },
    extra,
  );
  const stopPinging = keepAlive(socket);
  // ws closes the socket by itself after an error, with the code that fits.
  socket.on('error', () => undefined);
  socket.once('close', (code: number, reason: Buffer) => {
    stopPinging();
    void closed(code, reason.toString('utf8'));
  });
}

/** Waits until the message has left: this is what makes a slow client's queue fill up instead of our memory. */
function send(socket: WebSocket, message: string): Promise<void> {
  return new Promise((resolve) => {
    // A message to a socket that has just closed is nobody's loss.
    socket.send(message, () => {
      resolve();
    });
  });
}

/** Ends sockets whose other side has gone without a word. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
  }, pingEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

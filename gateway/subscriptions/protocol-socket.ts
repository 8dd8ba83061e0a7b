import { type IncomingMessage } from 'node:http';
import { type Server as Protocol } from 'graphql-ws';
import { WebSocket } from 'ws';
import { closeCodes, closeSocket } from './close-socket';
import { MessageRate } from './message-rate';
import { type SubscriptionLimits } from './subscription-limits';
import { type SubscriptionObserver } from './subscription-observer';

export interface SocketExtra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

interface SpeakOptions {
  readonly limits: Pick<SubscriptionLimits, 'bufferedBytes' | 'messages' | 'keepAliveMs'>;
  readonly observer: SubscriptionObserver;
}

/**
 * Lets graphql-ws speak over one socket. (Its own binding for ws writes to the console when a client misbehaves, and
 * hides the close codes of ws itself, such as 1009 for a message that is too big.)
 */
export function speakProtocol<Extra extends SocketExtra>(
  protocol: Protocol<Extra>,
  extra: Extra,
  options: SpeakOptions,
): void {
  const { socket } = extra;
  const isWithinRate = limitRate(socket, options);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (message) => send(socket, message, options),
      close: (code = closeCodes.internalError, reason = '') => {
        closeSocket(socket, code, reason);
      },
      onMessage: (handle) => {
        socket.on('message', (message: Buffer) => {
          if (!isWithinRate()) return;
          handle(message.toString('utf8')).catch((error: unknown) => {
            if (isOfServers(error)) closeSocket(socket, closeCodes.badRequest, 'Invalid message');
            else closeSocket(socket, closeCodes.internalError, 'Internal server error');
          });
        });
      },
    },
    extra,
  );
  const stopBeating = keepAlive(socket, options);
  // ws closes the socket by itself after an error, with the code that fits.
  socket.on('error', () => undefined);
  socket.once('close', (code: number, reason: Buffer) => {
    stopBeating();
    void closed(code, reason.toString('utf8'));
  });
}

/** graphql-ws throws at a message that only servers send, such as `next`: the client's mistake, not ours. */
function isOfServers(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unexpected message of type');
}

/** Messages and pings of the WebSocket itself count alike: each is answered. */
function limitRate(socket: WebSocket, { limits, observer }: SpeakOptions): () => boolean {
  const rate = new MessageRate(limits.messages);
  const isWithinRate = (): boolean => {
    // A client that has been told to go may still be talking.
    if (socket.readyState !== WebSocket.OPEN) return false;
    if (rate.take()) return true;
    observer.countDropped('message_rate');
    closeSocket(socket, closeCodes.tooMany, 'Too many messages');
    return false;
  };
  socket.on('ping', isWithinRate);
  return isWithinRate;
}

/** Waits until the message has left: this is what makes a slow client's queue fill up instead of our memory. */
function send(socket: WebSocket, message: string, { limits, observer }: SpeakOptions): Promise<void> {
  if (socket.readyState !== WebSocket.OPEN) return Promise.resolve();
  // Each of a socket's subscriptions may wait with a message, and together they are more than one.
  if (socket.bufferedAmount > limits.bufferedBytes) {
    observer.countDropped('slow_consumer');
    closeSocket(socket, closeCodes.tooSlow, 'Too slow');
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    // A message to a socket that has just closed is nobody's loss.
    socket.send(message, () => {
      resolve();
    });
  });
}

/** Ends sockets whose other side has gone without a word. */
function keepAlive(socket: WebSocket, { limits }: SpeakOptions): () => void {
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
  }, limits.keepAliveMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

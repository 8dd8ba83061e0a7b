import { WebSocket } from 'ws';

/** Of WebSocket (RFC 6455 §7.4.1 and its registry), of graphql-transport-ws, and 4410, which is the platform's own. */
export const closeCodes = {
  goingAway: 1001,
  tryAgainLater: 1013,
  badRequest: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  tooSlow: 4410,
  tooMany: 4429,
  internalError: 4500,
} as const;

const patienceMs = 1_000;

/** Says goodbye, and hangs up on whoever does not answer it: what waits to be sent to them is in our memory. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.close(code, reason);
  const timer = setTimeout(() => {
    socket.terminate();
  }, patienceMs);
  timer.unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

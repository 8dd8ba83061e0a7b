import { type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface DrainSettings {
  /**
   * How long new connections are still taken while `/health/ready` says 503 already, in milliseconds: as long as the load
   * balancer needs to notice.
   */
  readonly delayMs: number;
  /** How long a connection without a request is kept then, so that a request on its way is not cut off. */
  readonly idleMs: number;
  /** Longest wait for all connections together, once no new one is taken; what is left then is cut off. */
  readonly graceMs: number;
}

export const defaultDrainSettings: DrainSettings = { delayMs: 0, idleMs: 1_000, graceMs: 8_000 };

const checkEveryMs = 20;

/** What a connection is busy with. */
interface Activity {
  readonly responses: Set<ServerResponse>;
  /** By `performance.now()`. */
  idleSince: number;
}

/** Knows the connections of an HTTP server, and lets them end without failing a request that it has accepted. */
export class ConnectionDrain {
  private readonly connections = new Map<Socket, Activity>();
  private isDraining = false;

  /** To be made before the server listens. */
  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.connections.set(socket, { responses: new Set(), idleSince: performance.now() });
      socket.once('close', () => this.connections.delete(socket));
    });
    // Before whoever answers: the answer must say `Connection: close` in its head.
    server.prependListener('request', (request, response) => {
      this.follow(request.socket, response);
    });
    // WebSockets say goodbye in their own way.
    server.prependListener('upgrade', (request) => this.connections.delete(request.socket));
  }

  /**
   * Takes no further connection; every answer from now on asks the client to close. Resolves when all connections have
   * ended: after their request in hand, after `idleMs` without one, or with the grace.
   */
  async drain({ idleMs, graceMs }: DrainSettings): Promise<void> {
    this.isDraining = true;
    const startedAt = performance.now();
    // Not the HTTP server's own `close`: that cuts idle connections at once, and with them requests on their way.
    if (this.server.listening) NetServer.prototype.close.call(this.server);
    for (const { responses } of this.connections.values()) {
      for (const response of responses) response.shouldKeepAlive = false;
    }
    while (this.connections.size > 0) {
      const now = performance.now();
      if (now - startedAt >= graceMs) break;
      this.closeIdle(now, { startedAt, idleMs });
      await pause(Math.min(checkEveryMs, graceMs));
    }
    for (const socket of this.connections.keys()) socket.destroy();
  }

  /** @param socket of the request: the response gets it when those that were asked before it on the connection are done */
  private follow(socket: Socket, response: ServerResponse): void {
    const activity = this.connections.get(socket);
    if (!activity) return;
    if (this.isDraining) response.shouldKeepAlive = false;
    activity.responses.add(response);
    response.once('close', () => {
      activity.responses.delete(response);
      activity.idleSince = performance.now();
    });
  }

  private closeIdle(now: number, { startedAt, idleMs }: { startedAt: number; idleMs: number }): void {
    for (const [socket, { responses, idleSince }] of this.connections) {
      if (responses.size === 0 && now - Math.max(idleSince, startedAt) >= idleMs) socket.end();
    }
  }
}

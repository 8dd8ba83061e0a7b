import { type ServerResponse } from 'node:http';
import { type FormattedExecutionResult } from 'graphql';

const patienceMs = 1_000;

/**
 * Writes events as graphql-sse's protocol has them, in the format of the HTML standard ("Server-sent events",
 * §9.2.5). The id of an event is its cursor.
 */
export class EventStreamWriter {
  private isGone = false;
  private drained: () => void = () => undefined;
  private onClose: () => void = () => undefined;

  constructor(private readonly response: ServerResponse) {
    response.on('drain', () => {
      this.drained();
    });
    response.once('close', () => {
      this.isGone = true;
      this.drained();
      this.onClose();
    });
    // A client that has gone is no failure of ours.
    response.on('error', () => undefined);
  }

  /** @param onGone told when the connection has ended, whoever ended it */
  onGone(onGone: () => void): void {
    this.onClose = onGone;
    if (this.isGone) onGone();
  }

  begin(headers: Readonly<Record<string, string>>): void {
    this.response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store',
      // nginx holds answers back until it has some kilobytes of them.
      'x-accel-buffering': 'no',
    });
    // A first byte makes proxies and clients take note that the stream is open.
    this.response.write(':\n\n');
  }

  /** Resolves when the network has room for another one. */
  next(result: FormattedExecutionResult): Promise<void> {
    const cursor = result.extensions?.['cursor'];
    const id = typeof cursor === 'string' ? `id: ${cursor}\n` : '';
    return this.write(`event: next\n${id}data: ${JSON.stringify(result)}\n\n`);
  }

  /** A sign of life, with the place from which the client would resume, if there is one. It causes no event there. */
  place(cursor: string | null): void {
    // On top of what is not taken anyway it would be no sign of anything.
    if (this.response.writableNeedDrain) return;
    void this.write(cursor === null ? ':\n\n' : `id: ${cursor}\n\n`);
  }

  /** @param isComplete with an event that tells the client not to come again */
  end({ isComplete }: { readonly isComplete: boolean }): void {
    if (this.isGone) return;
    this.response.end(isComplete ? 'event: complete\ndata: \n\n' : '');
    this.hangUpLater();
  }

  /** Waits for the network no longer: what is left to say is said, and whoever does not take it soon is cut off. */
  giveUp(): void {
    this.drained();
    this.hangUpLater();
  }

  private write(text: string): Promise<void> {
    if (this.isGone || this.response.write(text)) return Promise.resolve();
    return new Promise((resolve) => {
      this.drained = resolve;
    });
  }

  private hangUpLater(): void {
    const timer = setTimeout(() => {
      this.response.destroy();
    }, patienceMs);
    timer.unref();
    this.response.once('close', () => {
      clearTimeout(timer);
    });
  }
}

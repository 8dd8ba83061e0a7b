import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { summarise } from '../../statistics';
import { type Callers, type LoadOrder, type LoadReport } from '../messages';
import { processorMs } from '../processor-time';
import { HttpConnection } from './http-connection';

const [returning = [], newcomers = []] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8').split('\n'));
/** Values of Authorization; null for none. */
const authorizations: Readonly<Record<Callers, readonly (string | null)[]>> = {
  anonymous: [null],
  returning,
  new: newcomers,
};

/** One gateway's connections and ready-made requests; they stay open between rounds. */
class Target {
  private readonly connections: HttpConnection[];
  private readonly requests: readonly Buffer[];
  private reference: Buffer | null = null;
  private next = 0;

  constructor({ port, path, body, connections, callers }: LoadOrder) {
    this.connections = Array.from({ length: connections }, () => new HttpConnection(port));
    this.requests = authorizations[callers].map((authorization) =>
      Buffer.from(
        `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
          `accept: application/json\r\n${authorization === null ? '' : `authorization: ${authorization}\r\n`}` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
    );
  }

  async load({ leadInMs, durationMs, pids }: LoadOrder): Promise<LoadReport> {
    await this.send(leadInMs);
    const before = processorMs(pids);
    const { durations, failures, elapsedMs } = await this.send(durationMs);
    const used = processorMs(pids) - before;
    const { count, p50, p99, seconds } = summarise(durations, elapsedMs / 1000);
    return { count, p50, p99, seconds, failures, processorMs: used, answer: this.reference?.toString() ?? '' };
  }

  /** On all connections, until the time is over and everything is answered. */
  private async send(forMs: number): Promise<{ durations: number[]; failures: number; elapsedMs: number }> {
    const durations: number[] = [];
    let failures = 0;
    const startedAt = performance.now();
    const worker = async (connection: HttpConnection): Promise<void> => {
      while (performance.now() - startedAt < forMs) {
        const begunAt = performance.now();
        const isRight = await this.ask(connection);
        durations.push(performance.now() - begunAt);
        if (!isRight) failures++;
      }
    };
    await Promise.all(this.connections.map(worker));
    return { durations, failures, elapsedMs: performance.now() - startedAt };
  }

  private async ask(connection: HttpConnection): Promise<boolean> {
    const request = this.requests[this.next++ % this.requests.length];
    if (!request) throw new Error('There is no request to send');
    const { status, body } = await connection.exchange(request).catch(() => ({ status: 0, body: Buffer.of() }));
    this.reference ??= Buffer.from(body);
    return status === 200 && isSame(body, this.reference);
  }
}

/** The same bytes, or else the same JSON: fields that were fetched at the same time may change places. */
function isSame(body: Buffer, reference: Buffer): boolean {
  if (body.equals(reference)) return true;
  try {
    return isDeepStrictEqual(JSON.parse(body.toString()), JSON.parse(reference.toString()));
  } catch {
    return false;
  }
}

const targets = new Map<string, Target>();

function targetOf(order: LoadOrder): Target {
  const key = `${order.port}${order.path}\n${order.callers}\n${order.body}`;
  let target = targets.get(key);
  if (!target) targets.set(key, (target = new Target(order)));
  return target;
}

process.on('message', (order: LoadOrder) => {
  void targetOf(order)
    .load(order)
    .then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());

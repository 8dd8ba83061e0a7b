import { readIsSupervised } from './config';
import { type DemoOrder, type Order, type Report } from './messages';
import { lineOf } from './start-error';

/** One process of the platform, at work. */
export interface ServiceProcess {
  readonly url: string;
  /** Variables that other processes need from it. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Starts what runs by itself. At once where nobody supervises. */
  begin?(): void;
  seedDemo?(order: DemoOrder): Promise<Readonly<Record<string, unknown>>>;
  /** Finishes what has begun. */
  stop(): Promise<void>;
}

const drainMs = 10_000;

/**
 * Runs one process of the platform: by itself until SIGTERM, or under a launcher that speaks to it over the channel and
 * whose end is its own end.
 */
export function runProcess(start: () => Promise<ServiceProcess>): void {
  const isSupervised = readIsSupervised();
  const started = start();
  const stop = stopper(started);
  // Signals often go to a whole group of processes; under a launcher it is the launcher that says in which order to stop.
  process.on('SIGTERM', isSupervised ? () => report({ type: 'asksToStop' }) : stop);
  process.on('SIGINT', isSupervised ? () => undefined : stop);
  if (isSupervised) {
    process.on('disconnect', stop);
    if (!process.connected) stop();
    process.on('message', (order) => void obey(started, order as Order));
  }
  started.then(
    (service) => {
      const { url, settings = {} } = service;
      if (isSupervised) report({ type: 'ready', url, startedInMs: Math.round(performance.now()), settings });
      else service.begin?.();
    },
    (error: unknown) => {
      if (isSupervised) report({ type: 'failed', line: lineOf(error) });
      else process.stderr.write(`${lineOf(error)}\n`);
      exitOnceSaid(1);
    },
  );
}

async function obey(started: Promise<ServiceProcess>, order: Order): Promise<void> {
  const service = await started;
  if (order.type === 'begin') {
    service.begin?.();
    return;
  }
  try {
    report({ type: 'seeded', result: (await service.seedDemo?.(order)) ?? {} });
  } catch (error) {
    report({ type: 'seedFailed', line: lineOf(error) });
  }
}

function report(message: Report): void {
  // A launcher that has gone in this moment hears no more; without a callback that would be an uncaught exception.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** The channel is written to asynchronously: closing it first waits for what is under way. */
function exitOnceSaid(code: number): void {
  process.exitCode = code;
  process.removeAllListeners('disconnect');
  process.once('disconnect', () => process.exit(code));
  if (process.connected) process.disconnect();
  else process.exit(code);
}

function stopper(started: Promise<ServiceProcess>): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), drainMs).unref();
    started
      .then((service) => service.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
}

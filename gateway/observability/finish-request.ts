import { type Logger } from '#shared/logging';
import { writeAccessLog } from './access-log';
import { type Metrics } from './metrics';
import { type RequestRecord } from './request-record';

/** Counts and logs a request that has been answered, from the one record of it. */
export function finishRequest(record: RequestRecord, { metrics, log }: { metrics: Metrics; log: Logger }): void {
  const durationMs = performance.now() - record.startedAtMs;
  metrics.observe(record, durationMs / 1000);
  writeAccessLog(log, record, durationMs);
}

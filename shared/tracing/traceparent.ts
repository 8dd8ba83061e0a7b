import { type SpanContext, TraceFlags, isSpanContextValid } from '@opentelemetry/api';

/** W3C Trace Context §3.2. A version above 00 may add fields at the end; ff is forbidden. */
const pattern = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const maxLength = 512;

/**
 * The span another process was in; null when the text names none. `tracestate` and `baggage` are not read on purpose:
 * they hold whatever a caller writes there, and would be passed on to subgraphs and collectors.
 */
export function parseTraceparent(text: string): SpanContext | null {
  const match = text.length <= maxLength ? pattern.exec(text) : null;
  if (!match) return null;
  const [, version, traceId = '', spanId = '', flags = '00', rest] = match;
  if (version === '00' && rest !== undefined) return null;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}

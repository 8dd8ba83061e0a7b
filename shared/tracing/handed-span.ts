import { type Attributes, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { type ActiveSpan, type SpanOptions, activeSpan, currentTracer, kinds, remoteContext } from './span';
import { formatTraceparent } from './traceparent';

/**
 * A span that is handed on by hand to those who work in it. `traced` finds the present span by itself, for which on Node 20
 * every promise of the process pays once it is used: a third of a small request in the gateway.
 */
export class HandedSpan implements ActiveSpan {
  private readonly active: ActiveSpan;
  private header: string | null = null;

  constructor(private readonly span: Span) {
    this.active = activeSpan(span);
  }

  /** False for a trace that the sampler left out: nothing within it is recorded either. */
  get isRecording(): boolean {
    return this.span.isRecording();
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  /** For another part of the platform that works in it; also of a trace that is left out, so that all leave it out. */
  get traceparent(): string {
    return (this.header ??= formatTraceparent(this.span.spanContext()));
  }

  /** A part of it. @returns null when it is not recorded */
  begin(name: string, { kind = 'internal', attributes = {} }: Omit<SpanOptions, 'parent'> = {}): HandedSpan | null {
    const tracer = currentTracer();
    if (tracer === null || !this.isRecording) return null;
    const context = trace.setSpan(ROOT_CONTEXT, this.span);
    return new HandedSpan(tracer.startSpan(name, { kind: kinds[kind], attributes }, context));
  }

  set(attributes: Attributes): void {
    this.active.set(attributes);
  }

  fail(type: string): void {
    this.active.fail(type);
  }

  end(): void {
    this.span.end();
  }
}

/** The first span of this process in its trace. @returns null without tracing; whoever begins it ends it */
export function beginSpan(
  name: string,
  { kind = 'internal', attributes = {}, parent }: SpanOptions,
): HandedSpan | null {
  const tracer = currentTracer();
  if (tracer === null) return null;
  const context = remoteContext(parent) ?? ROOT_CONTEXT;
  return new HandedSpan(tracer.startSpan(name, { kind: kinds[kind], attributes }, context));
}

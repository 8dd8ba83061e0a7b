import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { DomainError } from '#shared/errors';
import { formatTraceparent, parseTraceparent } from './traceparent';

export const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};

export interface SpanOptions {
  /** Default `internal`. */
  readonly kind?: keyof typeof kinds;
  /** Ids, codes, counts and names out of the code: a span is kept where erasure does not reach. */
  readonly attributes?: Attributes;
  /** W3C `traceparent` of the process that asked. Outside of a trace, or when it is malformed, a new trace begins. */
  readonly parent?: string | undefined;
}

/** What may be said of a span while it runs. There is no way to write a message, a stack or an event of free text. */
export interface ActiveSpan {
  set(attributes: Attributes): void;
  /** @param type a stable code or the name of an error's class (`error.type`), never its message */
  fail(type: string): void;
}

const silent: ActiveSpan = { set: () => undefined, fail: () => undefined };

/*
 * The module's own storage, and no global provider: packages that bring spans of their own (Apollo's write documents
 * and messages into theirs) find none to write to.
 */
const spans = new AsyncLocalStorage<Span>();
let tracer: Tracer | null = null;

/** Where spans go. */
export function currentTracer(): Tracer | null {
  return tracer;
}

/** Whether spans are made in this process. One comparison: ask it first where building the attributes costs something. */
export function isTracing(): boolean {
  return tracer !== null;
}

/**
 * Whether the present work belongs to a trace that is recorded: for what is part of something larger, and would only be
 * noise as a trace of its own.
 * @param parent of another process; whether that is recorded the sampler finds out
 */
export function isTraced(parent?: string): boolean {
  return tracer !== null && (parent !== undefined || spans.getStore()?.isRecording() === true);
}

/** Where spans go from now on; null is nowhere. For `startTracing`, and for tests that look at spans. */
export function installTracer(next: Tracer | null): void {
  tracer = next;
}

/** Runs `work` in a span, which ends when the work does: a promise when it settles. Without tracing it only runs it. */
export function traced<T>(name: string, options: SpanOptions, work: (span: ActiveSpan) => T): T {
  if (tracer === null) return work(silent);
  const { kind = 'internal', attributes = {}, parent } = options;
  // What is inside of a trace that is not recorded is not recorded either, and belongs to it without a span of its own.
  if (parent === undefined && spans.getStore()?.isRecording() === false) return work(silent);
  const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, parentContext(parent));
  return spans.run(span, () => runToEnd(span, work));
}

/** The context of another process's span; null when the header names none. */
export function remoteContext(traceparent: string | undefined): typeof ROOT_CONTEXT | null {
  const remote = traceparent === undefined ? null : parseTraceparent(traceparent);
  return remote && trace.setSpanContext(ROOT_CONTEXT, remote);
}

function parentContext(traceparent: string | undefined): typeof ROOT_CONTEXT {
  const remote = remoteContext(traceparent);
  if (remote) return remote;
  const current = spans.getStore();
  return current ? trace.setSpan(ROOT_CONTEXT, current) : ROOT_CONTEXT;
}

function runToEnd<T>(span: Span, work: (span: ActiveSpan) => T): T {
  const active = activeSpan(span);
  try {
    const result = work(active);
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then(
      (value: unknown) => {
        span.end();
        return value;
      },
      (error: unknown) => {
        active.fail(typeOf(error));
        span.end();
        throw error;
      },
    ) as T;
  } catch (error) {
    active.fail(typeOf(error));
    span.end();
    throw error;
  }
}

export function activeSpan(span: Span): ActiveSpan {
  return {
    set: (attributes) => {
      span.setAttributes(attributes);
    },
    fail: (type) => {
      span.setAttribute('error.type', type);
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

/** What a failed span says of the error. */
export function typeOf(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  return error instanceof Error ? error.name : '_OTHER'; // semantic conventions' word for "none of the known"
}

/** `traceparent` of the present span, for another process or for later; undefined outside of any. */
export function currentTraceparent(): string | undefined {
  const context = currentSpanContext();
  return context && formatTraceparent(context);
}

/** What a request to another part of the platform takes along; nothing outside of a trace. Never sent to third parties. */
export function traceHeaders(): { readonly traceparent?: string } {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? {} : { traceparent };
}

/** Joins a log line to its trace. */
export function currentTraceId(): string | undefined {
  return currentSpanContext()?.traceId;
}

function currentSpanContext(): SpanContext | undefined {
  return tracer === null ? undefined : spans.getStore()?.spanContext();
}

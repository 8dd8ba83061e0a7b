import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { installTracer } from '#shared/tracing';

/** A span as a tree of what ran inside it. */
export interface RecordedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isFailed: boolean;
  readonly children: readonly RecordedSpan[];
}

export interface SpanRecorder {
  /** The spans that have ended, those without a recorded parent at the root; in the order they began. */
  trees(): RecordedSpan[];
  /** All that would be sent to a collector, as JSON: to look for what must not be in it. */
  text(): string;
  forget(): void;
  stop(): Promise<void>;
}

/** Makes spans in this process and keeps them. */
export function recordSpans(): SpanRecorder {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  installTracer(provider.getTracer('test'));
  return {
    trees: () => treesOf(exporter.getFinishedSpans()),
    text: () =>
      JSON.stringify(
        exporter
          .getFinishedSpans()
          .map(({ name, attributes, status, events, links }) => [name, attributes, status, events, links]),
      ),
    forget: () => {
      exporter.reset();
    },
    stop: async () => {
      installTracer(null);
      await provider.shutdown();
    },
  };
}

type Span = ReturnType<InMemorySpanExporter['getFinishedSpans']>[number];

function treesOf(spans: readonly Span[]): RecordedSpan[] {
  const begun = [...spans].sort(byStart);
  const ids = new Set(begun.map((span) => span.spanContext().spanId));
  const isRoot = ({ parentSpanContext }: Span): boolean => !parentSpanContext || !ids.has(parentSpanContext.spanId);
  const treeOf = (span: Span): RecordedSpan => ({
    name: span.name,
    traceId: span.spanContext().traceId,
    parentId: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    isFailed: span.status.code === SpanStatusCode.ERROR,
    children: begun.filter((other) => other.parentSpanContext?.spanId === span.spanContext().spanId).map(treeOf),
  });
  return begun.filter(isRoot).map(treeOf);
}

function byStart({ startTime: one }: Span, { startTime: other }: Span): number {
  return one[0] - other[0] || one[1] - other[1];
}

import { DiagLogLevel, diag } from '@opentelemetry/api';
import type * as Sdk from '@opentelemetry/sdk-trace-base';
import { type Logger } from '#shared/logging';
import { type TracingSettings } from './tracing-settings';

const flushTimeoutMs = 2_000;
/** Names and codes are far shorter. */
const attributeValueLengthLimit = 256;

/** Spans that are sent in batches, in the background; those a slow collector leaves no room for are dropped. */
export async function openProvider(
  service: string,
  settings: TracingSettings,
  log: Logger,
): Promise<Sdk.BasicTracerProvider> {
  // Loaded here: these packages take longer to load than the rest of a small process, and most have no collector.
  const sdk = await import('@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  reportTo(log);
  return new sdk.BasicTracerProvider({
    // OTEL_RESOURCE_ATTRIBUTES comes last, so that a deployment can name things its own way.
    resource: resourceFromAttributes({ 'service.name': service }).merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(sdk, settings),
    forceFlushTimeoutMillis: flushTimeoutMs,
    spanLimits: { attributeValueLengthLimit },
    spanProcessors: [
      new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: addressOf(settings), timeoutMillis: flushTimeoutMs })),
    ],
  });
}

/** The address for traces is taken as it is; the one for all signals is a base (OTLP exporter specification). */
function addressOf(settings: TracingSettings): string {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: exact, OTEL_EXPORTER_OTLP_ENDPOINT: base = '' } = settings;
  return exact ?? `${base.replace(/\/$/, '')}/v1/traces`;
}

function samplerOf(
  { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler }: typeof Sdk,
  { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TracingSettings,
): Sdk.Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/** Otherwise a collector that is away would never be mentioned anywhere. */
function reportTo(log: Logger): void {
  const warn = (message: string): void => log.warn({ reason: message.slice(0, 500) }, 'Traces could not be sent');
  const quiet = (): void => undefined;
  diag.setLogger(
    { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

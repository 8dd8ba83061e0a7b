import { type Logger } from '#shared/logging';
import { openProvider } from './otlp-provider';
import { installTracer } from './span';
import { type TracingSettings } from './tracing-settings';

export interface TracingOptions {
  /** `service.name` unless `OTEL_SERVICE_NAME` says another. */
  readonly service: string;
  readonly settings: TracingSettings;
  readonly log: Logger;
}

export interface RunningTracing {
  /** Sends what is still waiting, within two seconds, and makes no more spans. */
  stop(): Promise<void>;
}

const notTracing: RunningTracing = { stop: () => Promise.resolve() };

/** Begins to make and send spans when the settings name a collector. To be called before databases are opened. */
export async function startTracing({ service, settings, log }: TracingOptions): Promise<RunningTracing> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: tracesEndpoint } = settings;
  const isWanted = endpoint !== undefined || tracesEndpoint !== undefined;
  if (!isWanted || settings.OTEL_SDK_DISABLED === 'true') return notTracing;
  const provider = await openProvider(settings.OTEL_SERVICE_NAME ?? service, settings, log);
  installTracer(provider.getTracer('sa-platform'));
  return {
    stop: async () => {
      installTracer(null);
      await provider.shutdown();
    },
  };
}

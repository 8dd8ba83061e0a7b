import { z } from 'zod';
import { setting } from '#shared/config';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/**
 * The environment variables of OpenTelemetry's specification that the platform itself looks at. The exporter and its
 * queue read theirs (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_BSP_…`).
 */
export const tracingSettings = {
  /** Where traces are sent, by OTLP over HTTP. None are made when neither address is given. */
  OTEL_EXPORTER_OTLP_ENDPOINT: setting.optionalUrl(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: setting.optionalUrl(),
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'must be true or false').default('false'),
  OTEL_SERVICE_NAME: setting.optionalText(),
  /** `parentbased_…` does as the caller's `traceparent` says; `traceidratio` lets no caller decide. */
  OTEL_TRACES_SAMPLER: setting.choice(samplers, 'parentbased_traceidratio'),
  /** Share of traces that are recorded, 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('must be a number from 0 to 1').min(0).max(1).default(1),
};

export type TracingSettings = z.infer<z.ZodObject<typeof tracingSettings>>;

export { HandedSpan, beginSpan } from './handed-span';
export { startTracing, type RunningTracing, type TracingOptions } from './start-tracing';
export { tracingSettings, type TracingSettings } from './tracing-settings';
export {
  currentTraceId,
  currentTraceparent,
  installTracer,
  isTraced,
  isTracing,
  traceHeaders,
  traced,
  typeOf,
  type ActiveSpan,
  type SpanOptions,
} from './span';

import { readEnvironment } from '#shared/config';
import { NotFoundError } from '#shared/errors';
import { silentLogger } from '#shared/logging';
import { Collector } from '#shared/testing';
import { z } from 'zod';
import { currentTraceparent, isTracing, type RunningTracing, startTracing, traced, tracingSettings } from '.';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
let collector: Collector;
let tracing: RunningTracing;

async function start(settings: NodeJS.ProcessEnv): Promise<void> {
  const read = readEnvironment(settings, z.object(tracingSettings));
  tracing = await startTracing({ service: 'gateway', settings: read, log: silentLogger });
}

beforeEach(async () => {
  collector = new Collector();
});

afterEach(async () => {
  await tracing.stop();
  collector.stop();
});

test('makes no spans unless a collector is named, or when it is switched off', async () => {
  await start({});
  expect(isTracing()).toBe(false);
  expect(traced('work', { parent }, () => currentTraceparent())).toBeUndefined();
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' });
  expect(isTracing()).toBe(false);
});

test('sends spans to the collector, under the service’s name, with the trace they belong to', async () => {
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start() });
  const inner = await traced(
    'outer',
    { kind: 'server', parent, attributes: { 'graphql.operation.type': 'query' } },
    () => traced('inner', {}, async () => currentTraceparent()),
  );
  expect(inner).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  await tracing.stop();
  const [traceId, parentSpanId] = parent.split('-').slice(1);
  const attributes = { 'graphql.operation.type': 'query' };
  const [innerSpan, outer] = collector.spans;
  expect(collector.paths[0]).toBe('/v1/traces');
  expect(outer).toMatchObject({ service: 'gateway', name: 'outer', traceId, parentSpanId, attributes });
  expect(innerSpan).toMatchObject({ name: 'inner', traceId, parentSpanId: outer?.spanId });
});

test('marks a span that failed with the code, and never with a message or a stack', async () => {
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start() });
  const failing = [new NotFoundError('Canary Zephyrinne'), new TypeError('Zephyrinne is not a number')];
  for (const error of failing) {
    await expect(traced('work', {}, () => Promise.reject(error))).rejects.toBe(error);
    expect(() => traced('work', {}, () => raise(error))).toThrow(error);
  }
  await tracing.stop();
  const types = collector.spans.map(({ attributes }) => attributes['error.type']);
  expect(types).toEqual(['NOT_FOUND', 'NOT_FOUND', 'TypeError', 'TypeError']);
  expect(collector.spans.map(({ status, events }) => [status, events])).toEqual(Array(4).fill([{ code: 2 }, []]));
  expect(collector.bodies.join('')).not.toContain('Zephyrinne');
});

test.each([
  ['without a parent', undefined, 0],
  ['under a parent that is recorded', parent, 1],
  ['under a parent that is not', parent.replace(/01$/, '00'), 0],
])('records the share it is told to, and otherwise as the parent: %s', async (_case, from, recorded) => {
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(), OTEL_TRACES_SAMPLER_ARG: '0' });
  const options = from === undefined ? {} : { parent: from };
  const here = traced('work', options, () => currentTraceparent());
  expect(here?.endsWith(recorded ? '-01' : '-00')).toBe(true);
  await tracing.stop();
  expect(collector.spans).toHaveLength(recorded);
});

test('lets no caller decide about recording when the sampler looks at the ratio alone', async () => {
  const sampler = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(), ...sampler });
  expect(traced('work', { parent }, () => currentTraceparent())).toMatch(/-00$/);
});

test.each([
  'nonsense',
  `${parent}-more`, // version 00 has four fields
  parent.replace('00-', 'ff-'),
  parent.replace(/-b7ad6b7169203331-/, '-0000000000000000-'),
  parent.toUpperCase(),
  `01-${parent.slice(3)}-${'x'.repeat(600)}`,
])('begins a trace of its own when the traceparent is malformed: %s', async (malformed) => {
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start() });
  const own = traced('work', { parent: malformed }, () => currentTraceparent());
  expect(own).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(own).not.toContain('0af7651916cd43dd8448eb211c80319c');
});

test('understands the traceparent of a later version', async () => {
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start() });
  const own = traced('work', { parent: `01-${parent.slice(3)}-more` }, () => currentTraceparent());
  expect(own).toContain('0af7651916cd43dd8448eb211c80319c');
});

test('names the variable that is wrong', () => {
  expect(() => readEnvironment({ OTEL_TRACES_SAMPLER_ARG: '2' }, z.object(tracingSettings))).toThrow(
    'OTEL_TRACES_SAMPLER_ARG',
  );
});

function raise(error: Error): never {
  throw error;
}

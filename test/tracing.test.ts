import { type CollectedSpan, Collector } from '#shared/testing';
import { chooseFlow, ensureSubmitted, enterClinic, prepareCase, registerPatient } from './clinic';
import { until } from './child';
import { mode } from './config';
import { TestPlatform } from './platform';
import { drawPicture } from './run-case';

/** Words about a patient that must not reach a collector. */
const canary = { givenName: 'Zephyrinne', familyName: 'Quorndonnell', birthDate: '1937-02-19' };
const freeText = 'A mole that has changed over three months';

/** Who has a part in it. Consent too: clinical asks it, through the gateway, whether the patient has agreed. */
const everyone = mode === 'services' ? ['clinical', 'consent', 'gateway', 'reviews'] : ['sa-platform'];

/** Each process sends its spans in its own time: a parent may come after its children, and a leaf after its root. */
function isWhole(trace: readonly CollectedSpan[]): boolean {
  const ids = new Set(['', ...trace.map(({ spanId }) => spanId)]);
  const services = new Set(trace.map(({ service }) => service));
  return (
    trace.some(({ attributes }) => attributes['messaging.consumer.group.name'] === 'clinical.follow-reviews') &&
    trace.every(({ parentSpanId }) => ids.has(parentSpanId)) &&
    everyone.every((service) => services.has(service))
  );
}

/** One request of a person, followed through every part of the platform that has to do with it. */
describe(`traces (${mode})`, () => {
  const collector = new Collector();
  let platform: TestPlatform;
  let trace: readonly CollectedSpan[];

  beforeAll(async () => {
    const endpoint = await collector.start();
    platform = await TestPlatform.start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' });
    const clinic = await enterClinic(platform.demo);
    await registerPatient(clinic.staff, canary);
    await chooseFlow(clinic, 'human');
    const { caseId } = await prepareCase(clinic, await drawPicture(platform.ground.directory));
    await ensureSubmitted(clinic, caseId);
    trace = await until('the trace of the submission, to its last consumer', () => {
      const { spans } = collector;
      const request = spans.find(({ attributes }) => attributes['graphql.operation.name'] === 'submitCase');
      const whole = spans.filter(({ traceId }) => traceId === request?.traceId);
      return isWhole(whole) ? whole : null;
    });
  }, 180_000);

  afterAll(async () => {
    await platform.remove();
    collector.stop();
  }, 60_000);

  const parentOf = (span: CollectedSpan | undefined): CollectedSpan | undefined =>
    trace.find(({ spanId }) => spanId === span?.parentSpanId);
  const find = (name: string, attributes: Record<string, string> = {}): CollectedSpan | undefined =>
    trace.find(
      (span) =>
        span.name === name && Object.entries(attributes).every(([key, value]) => span.attributes[key] === value),
    );
  const clinical = { 'graphql.subgraph.name': 'clinical' };

  test('begin with the request, and lead through gateway and subgraph to the statement', () => {
    const [request, ...others] = trace.filter(({ parentSpanId }) => parentSpanId === '');
    expect(others).toEqual([]);
    expect(request).toMatchObject({ name: 'graphql.request', attributes: { 'graphql.operation.type': 'mutation' } });
    const statement = find('INSERT outbox', { 'db.namespace': 'clinical' });
    const operation = parentOf(statement);
    const fetch = parentOf(operation);
    expect(operation).toMatchObject({ name: 'graphql.subgraph.operation', attributes: clinical });
    expect(fetch).toMatchObject({ name: 'graphql.subgraph.fetch', attributes: clinical });
    expect(parentOf(fetch)).toBe(request);
    expect(statement?.attributes).toEqual({
      'db.system.name': mode === 'services' ? 'mysql' : 'sqlite',
      'db.namespace': 'clinical',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'outbox',
      'db.query.summary': 'INSERT outbox',
    });
  });

  test('go on with the event into the subgraph that hears it, and from there to the next', () => {
    const heard = find('process clinical.case.submitted', { 'messaging.consumer.group.name': 'reviews.start-reviews' });
    expect(parentOf(heard)).toMatchObject({ name: 'graphql.subgraph.operation', attributes: clinical });
    expect(parentOf(find('INSERT inbox', { 'db.namespace': 'reviews' }))).toBe(heard);
    const next = find('process reviews.workflow.started', {
      'messaging.consumer.group.name': 'clinical.follow-reviews',
    });
    expect(parentOf(next)).toBe(heard);
  });

  test('name the process each part ran in', () => {
    const services = new Set(trace.map(({ service }) => service));
    expect([...services].sort()).toEqual(everyone);
  });

  test('hold no word about a patient', () => {
    const sent = collector.bodies.join('');
    expect(sent).toContain('createPatient');
    for (const word of [...Object.values(canary), freeText, 'Imogen']) expect(sent).not.toContain(word);
  });
});

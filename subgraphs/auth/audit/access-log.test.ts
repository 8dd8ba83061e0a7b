import { type Actor, serviceActor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf, testOrganisation } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { OtherChain } from './chain.fixture';

let auth: AuthUnderTest;
let clinic: Clinic;
let patientId: string;
let patient: Actor;
let chain: OtherChain;

beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

beforeEach(async () => {
  clinic = await auth.newClinic();
  patientId = newId('pat');
  patient = actorOf(clinic.organisation, { scopes: ['auth:accesslog:self'], patientIds: [patientId] });
  chain = new OtherChain(clinic.organisation);
});

interface Entry {
  readonly who: string;
  readonly role: string;
  readonly organisation: string;
  readonly what: string;
  readonly why: string;
  readonly breakGlass: boolean;
}

const log = `query ($id: ID!) {
  _entities(representations: [{ __typename: "Patient", id: $id }]) {
    ... on Patient { accessLog(first: 50) { nodes { at who role organisation what why breakGlass } totalCount } }
  }
}`;

async function readLog(as: Actor, id = patientId): Promise<Entry[]> {
  const { data, errors } = await auth.subject.ask(as, log, { id });
  expect(errors).toBeUndefined();
  const [found] = (data as { _entities: { accessLog: { nodes: Entry[] } }[] })._entities;
  return found?.accessLog.nodes ?? [];
}

async function send(...records: Parameters<OtherChain['seal']>): Promise<void> {
  const bring = 'mutation ($part: SealedAuditPartInput!) { indexAuditRecords(part: $part) { sequence } }';
  const as = serviceActor('clinical', clinic.organisation, ['auth:audit:index']);
  const { errors } = await auth.subject.ask(as, bring, { part: chain.seal(...records) });
  expect(errors).toBeUndefined();
}

const doctor = () => {
  const { userId } = clinic.people.doctor;
  return { kind: 'user', subject: userId, userId, clientId: null, roles: ['DOCTOR'], act: null } as const;
};
const service = {
  kind: 'service',
  subject: 'service:reviews',
  userId: null,
  clientId: null,
  roles: [],
  act: null,
} as const;

test('a patient reads in plain words who touched their record, what they did and why', async () => {
  await send(
    {
      patientId,
      actor: doctor(),
      action: 'image.download',
      resourceType: 'Image',
      resourceCount: 2,
      purpose: 'PHOTOGRAPHY',
      consentRecordId: 'cns_1',
    },
    {
      patientId,
      actor: service,
      action: 'AiReview.create',
      category: 'WRITE',
      resourceType: 'AiReview',
      purpose: 'DIRECT_CARE',
    },
    { patientId, actor: doctor(), outcome: 'DENIED', category: 'AUTHORIZATION', purpose: null },
    { patientId, actor: { ...doctor(), userId: newId('usr') }, breakGlass: true, purpose: 'EMERGENCY_TREATMENT' },
  );
  const organisation = 'A clinic';
  const entries = await readLog(patient);
  expect([...entries].sort((one, other) => one.what.localeCompare(other.what))).toMatchObject([
    {
      organisation,
      who: 'The platform',
      role: 'Automatic',
      what: 'Added an analysis by AI',
      why: 'Care and treatment',
    },
    { organisation, who: 'Somebody whose account is gone', what: 'Looked at a case', breakGlass: true },
    {
      ...{ organisation, who: 'Canaryfirst Canarylast doctor', role: 'Doctor', what: 'Opened pictures (2 entries)' },
      ...{ why: 'Pictures for the diagnosis, by consent', breakGlass: false },
    },
    { organisation, role: 'Doctor', what: 'Was refused: looked at a case', why: 'Not recorded' },
  ]);
  expect(JSON.stringify(entries)).not.toContain('usr_');
});

test('a patient sees their own and those they act for, staff with the scope any, strangers none', async () => {
  const other = newId('pat');
  await send({ patientId }, { patientId: other });
  expect(await readLog(patient)).toHaveLength(1);
  expect(await readLog(patient, other)).toEqual([]);
  const guardian = actorOf(clinic.organisation, { scopes: ['auth:accesslog:self'], patientIds: [patientId, other] });
  expect(await readLog(guardian, other)).toHaveLength(1);
  expect(await readLog(actorOf(clinic.organisation, { scopes: ['auth:accesslog:read'] }), other)).toHaveLength(1);
  expect(await readLog(actorOf(testOrganisation(), { scopes: ['auth:accesslog:read'] }))).toEqual([]);
  const { errors } = await auth.subject.ask(actorOf(clinic.organisation, { scopes: [] }), log, { id: patientId });
  expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});

test('that staff look at it is shown to the patient; their own looking is recorded but does not make it grow', async () => {
  const officer = actorOf(clinic.organisation, { scopes: ['auth:accesslog:read'], roles: ['COMPLIANCE_OFFICER'] });
  await readLog(officer);
  await readLog(patient);
  await readLog(patient);
  const entries = await auth.subject.until('the row', async () => {
    const found = await readLog(patient);
    return found.length > 0 && found;
  });
  expect(entries).toMatchObject([{ role: 'Compliance officer', what: 'Looked at the access log' }]);
  const auditor = actorOf(clinic.organisation, { scopes: ['auth:audit:read'] });
  const own =
    '{ auditTrail(filter: { action: "AccessLog.read", resourceType: "OwnAccessLog" }) { nodes { patientId } } }';
  await auth.subject.until('the rows of the patient', async () => {
    const { data } = await auth.subject.ask(auditor, own);
    return (data as { auditTrail: { nodes: { patientId: string }[] } }).auditTrail.nodes.length >= 3;
  });
});

test('whoever watches is told of each access as it is indexed, and of nobody else’s', async () => {
  const other = newId('pat');
  await send({ patientId, actor: doctor() }, { patientId: other }, { patientId, actor: service });
  const event = await auth.subject.until('the event', () =>
    auth.subject.events.find(({ type, resourceId }) => type === 'auth.access.logged' && resourceId === patientId),
  );
  expect(event.data).toEqual({ patientId, subgraph: 'CLINICAL', firstSequence: 1, lastSequence: 3 });
  const live = 'subscription ($id: ID!) { accessLogged(patientId: $id) { who what } }';
  const watch = async (as: Actor, id: string) => (await auth.subject.ask(as, live, { id }, event)).data;
  expect(await watch(patient, patientId)).toEqual({
    accessLogged: [
      { who: 'Canaryfirst Canarylast doctor', what: 'Looked at a case' },
      { who: 'The platform', what: 'Looked at a case' },
    ],
  });
  expect(await watch(patient, other)).toEqual({ accessLogged: null });
  const stranger = actorOf(clinic.organisation, { scopes: ['auth:accesslog:self'], patientIds: [other] });
  expect(await watch(stranger, patientId)).toEqual({ accessLogged: null });
});

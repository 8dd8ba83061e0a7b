import { Api, Refusal } from '../infra/case/api';
import { signIn } from '../infra/case/clinic';
import { enterClinic, prepareCase, type Clinic, type PreparedCase } from './clinic';
import { mode } from './config';
import { until } from './child';
import { TestPlatform } from './platform';
import { drawPicture } from './run-case';

interface Row {
  readonly subgraph: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly purpose: string | null;
  readonly purposeBasis: string | null;
  readonly consentRecordId: string | null;
  readonly correlationId: string;
  readonly operationName: string | null;
}

const pictures = `query pictures($id: ID!) { case(id: $id) { id images { id downloadUrl { url } } } }`;
const trail = `query trail($filter: AuditFilter) { auditTrail(first: 100, filter: $filter) { nodes {
  subgraph action resourceType resourceId outcome reason purpose purposeBasis consentRecordId correlationId operationName } } }`;

/** One trail over all subgraphs, told by the gateway and by each of them. */
describe(`the audit trail (${mode})`, () => {
  let platform: TestPlatform;
  let clinic: Clinic;
  let officer: Api;
  let own: PreparedCase;

  beforeAll(async () => {
    platform = await TestPlatform.start();
    clinic = await enterClinic(platform.demo);
    const { organisationId, staff } = clinic;
    const user = platform.demo.users.find(
      (one) => one.organisationId === organisationId && one.roles.includes('COMPLIANCE_OFFICER'),
    );
    officer = await signIn(staff, user?.email ?? '', user?.password ?? '');
    own = await prepareCase(clinic, await drawPicture(platform.ground.directory));
  }, 120_000);

  afterAll(() => platform.remove(), 60_000);

  const rowsOf = async (filter: object): Promise<Row[]> =>
    (await officer.run<{ auditTrail: { nodes: Row[] } }>(trail, { filter })).auditTrail.nodes;

  const soon = async (what: string, filter: object, fits: (row: Row) => boolean): Promise<Row[]> => {
    let rows: Row[] = [];
    await until(what, async () => {
      rows = (await rowsOf(filter)).filter(fits);
      return rows.length > 0;
    });
    return rows;
  };

  test('a picture that is released by consent is one row that names the purpose and the record relied on', async () => {
    await clinic.staff.run(pictures, { id: own.caseId });
    const filter = { patientId: own.patientId, action: 'image.download' };
    const rows = await soon('the row', filter, ({ operationName }) => operationName?.startsWith('pictures') ?? false);
    expect(rows).toMatchObject([
      { subgraph: 'clinical', outcome: 'SUCCESS', purpose: 'DIRECT_CARE', purposeBasis: 'CONSENT' },
    ]);
    const { patient } = await clinic.staff.run<{ patient: { consents: { id: string; type: { purpose: string } }[] } }>(
      'query consents($id: ID!) { patient(id: $id) { consents(status: [GRANTED]) { id type { purpose } } } }',
      { id: own.patientId },
    );
    const record = patient.consents.find(({ type }) => type.purpose === 'DIRECT_CARE');
    expect([null, record?.id]).toContain(rows[0]?.consentRecordId);
  });

  test('every request leaves one row per person and kind in each subgraph it reads, and none twice', async () => {
    const rows = await rowsOf({ patientId: own.patientId, category: ['READ'] });
    const keys = rows.map(({ subgraph, action, correlationId, operationName }) =>
      [subgraph, action, correlationId, operationName].join(' '),
    );
    expect(keys.length).toBeGreaterThan(0);
    const writes = await rowsOf({ patientId: own.patientId, category: ['WRITE'] });
    const written = writes.map(({ action, resourceId, correlationId }) =>
      [action, resourceId, correlationId].join(' '),
    );
    expect(new Set(written).size).toBe(written.length);
  });

  test('what scopes do not open is a refused row that names the scope', async () => {
    const { graphql = '', ws = '', token = '' } = platform.demo.urls;
    const client = platform.demo.clients.find(
      ({ name, organisationId }) => name === 'read-only' && organisationId === clinic.organisationId,
    );
    const reader = await Api.forClient({ graphql, ws, token }, client?.clientId ?? '', client?.clientSecret ?? '');
    await expect(reader.run('query blood { patients(first: 1) { nodes { id bloodType } } }')).rejects.toThrow(Refusal);
    const rows = await soon('the row', { action: 'field.read' }, ({ reason }) => reason === 'SCOPE_MISSING');
    expect(rows).toMatchObject([{ subgraph: 'auth', outcome: 'DENIED', resourceType: 'Scope' }]);
    expect(rows[0]?.resourceId).toMatch(/^clinical:/);
  });

  test('what a person has not agreed to is a refused row of theirs', async () => {
    const { patient } = await clinic.staff.run<{
      patient: { consents: { id: string; version: number; type: { purpose: string } }[] };
    }>(
      'query consents($id: ID!) { patient(id: $id) { consents(status: [GRANTED]) { id version type { purpose } } } }',
      { id: own.patientId },
    );
    const record = patient.consents.find(({ type }) => type.purpose === 'DIRECT_CARE');
    await clinic.staff.run(
      'mutation withdraw($id: ID!, $ifVersion: Int!) { withdrawConsent(id: $id, ifVersion: $ifVersion) { userErrors { code } } }',
      { id: record?.id, ifVersion: record?.version },
    );
    await until('the pictures to be closed', () =>
      clinic.staff.run(pictures, { id: own.caseId }).then(
        () => false,
        (error: unknown) => error instanceof Refusal,
      ),
    );
    const filter = { patientId: own.patientId, action: 'Consent.decide' };
    const rows = await soon('the row', filter, ({ purpose }) => purpose === 'DIRECT_CARE');
    expect(rows[0]).toMatchObject({ subgraph: 'auth', outcome: 'DENIED', resourceId: own.patientId });
  });

  test('the chains of all subgraphs are whole', async () => {
    const { verifyAuditChain } = await officer.run<{
      verifyAuditChain: {
        subgraph: string;
        verified: boolean;
        isReached: boolean;
        firstBrokenSequence: number | null;
      }[];
    }>('query chains { verifyAuditChain { subgraph verified isReached firstBrokenSequence } }');
    expect(verifyAuditChain.map(({ subgraph }) => subgraph)).toEqual(
      expect.arrayContaining(['auth', 'clinical', 'consent']),
    );
    for (const status of verifyAuditChain)
      expect(status).toMatchObject({ verified: true, isReached: true, firstBrokenSequence: null });
  });
});

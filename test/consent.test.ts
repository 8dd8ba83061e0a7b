import { createHash, randomUUID } from 'node:crypto';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type DemoFile } from '../infra/demo/demo';
import { enterClinic, prepareCase, type Clinic, type PreparedCase } from './clinic';
import { mode } from './config';
import { until } from './child';
import { TestPlatform } from './platform';
import { drawPicture, runCase, told } from './run-case';

/** The longest time between a withdrawal and the moment from which nobody is shown what it was about. */
const effectiveWithinMs = 1_000;

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

interface PictureCase {
  readonly id: string;
  readonly findings: readonly { readonly label: string; readonly images: readonly { readonly id: string }[] | null }[];
  readonly images: readonly { readonly id: string; readonly downloadUrl: { readonly url: string } | null }[];
}

const pictures = `query pictures($id: ID!) {
  case(id: $id) { id findings { label images { id } } images { id downloadUrl { url } } } }`;

/** Consent is law for every way to the data: it is asked at each read and each event, and a withdrawal counts at once. */
describe(`consent (${mode})`, () => {
  let platform: TestPlatform;
  let clinic: Clinic;
  let staff: Viewer;
  let own: PreparedCase;
  let other: PreparedCase;

  beforeAll(async () => {
    platform = await TestPlatform.start();
    clinic = await enterClinic(platform.demo);
    staff = await Viewer.signIn(platform.demo, clinic.organisationId);
    const picture = await drawPicture(platform.ground.directory);
    own = await prepareCase(clinic, picture);
    other = await prepareCase(clinic, picture);
  }, 120_000);

  afterAll(() => platform.remove(), 60_000);

  test('what a patient agrees to is shown', async () => {
    const { data, errors } = await staff.ask(pictures, { id: own.caseId });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      case: {
        findings: [{ label: 'A', images: [{}] }],
        images: [{ downloadUrl: { url: expect.any(String) as string } }],
      },
    });
  });

  test('a withdrawal closes the field within a second, says what to ask for, and closes nothing else', async () => {
    await withdraw(own.patientId, 'PHOTOGRAPHY');
    const { data, errors } = await soon('the pictures to be closed', () => picturesOf(own), isClosed);
    expect(data).toMatchObject({
      case: {
        findings: [{ label: 'A', images: null }],
        images: [{ downloadUrl: { url: expect.any(String) as string } }],
      },
    });
    expect(errors).toMatchObject([
      {
        path: ['case', 'findings', 0, 'images'],
        extensions: {
          code: 'CONSENT_REQUIRED',
          purpose: 'PHOTOGRAPHY',
          consentType: { key: 'photography', name: 'Photographs' },
        },
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain(own.patientId);
    expect((await picturesOf(other)).errors).toBeUndefined();
  });

  test('a list shows the pictures of those who agree, and everything else of the others', async () => {
    const { data, errors } = await staff.ask('{ cases(first: 10) { nodes { id findings { images { id } } } } }');
    const { nodes } = (data as { cases: { nodes: PictureCase[] } }).cases;
    const shown = new Map(nodes.map(({ id, findings }) => [id, findings.map(({ images }) => images?.length ?? null)]));
    expect([shown.get(own.caseId), shown.get(other.caseId)]).toEqual([[null], [1]]);
    const place = nodes.findIndex(({ id }) => id === own.caseId);
    const refused = errors?.filter(({ path }) => path?.[2] === place);
    expect(refused).toMatchObject([{ path: ['cases', 'nodes', place, 'findings', 0, 'images'] }]);
  });

  test('whoever agrees again is shown again', async () => {
    await agree(own.patientId, 'PHOTOGRAPHY');
    await soon('the pictures to be shown', () => picturesOf(own), isOpen);
  });

  test('an event tells a subscriber no more than the patient agrees to at that moment', async () => {
    const events = staff.follow('subscription ($id: ID!) { caseChanged(id: $id) { id findings { images { id } } } }', {
      id: own.caseId,
    });
    const next = events.next();
    await changeUntil(next);
    expect((await next).value).toMatchObject({ data: { caseChanged: { findings: [{ images: [{}] }] } } });
    await withdraw(own.patientId, 'PHOTOGRAPHY');
    await soon('the pictures to be closed', () => picturesOf(own), isClosed);
    const closed = await eventAfterChange(events);
    expect(closed).toMatchObject({ data: { caseChanged: { id: own.caseId, findings: [{ images: null }] } } });
    expect(closed.errors).toMatchObject([{ extensions: { code: 'CONSENT_REQUIRED' } }]);
    await agree(own.patientId, 'PHOTOGRAPHY');
    await soon('the pictures to be shown', () => picturesOf(own), isOpen);
    await events.return?.();
  });

  test('an exception that names a viewer holds for that viewer alone', async () => {
    const exception = { effect: 'DENY', actors: [staff.clientId], actions: ['ACCESS'], dataCategories: ['IMAGE'] };
    await agree(own.patientId, 'PHOTOGRAPHY', [exception]);
    await soon('the pictures to be closed', () => picturesOf(own), isClosed);
    const shown = await clinic.reviewer.run<{ case: PictureCase }>(
      'query pictures($id: ID!) { case(id: $id) { findings { images { id } } } }',
      { id: own.caseId },
    );
    expect(shown.case.findings[0]?.images).toHaveLength(1);
  });

  test('what the AI has said is closed with the consent to it, and that it was asked is not', async () => {
    const done = await runCase(platform, await drawPicture(platform.ground.directory), '--flow', 'ai');
    const caseId = told(done, 'case opened')?.split(/\s+/)[1] ?? '';
    const asked = 'query ($id: ID!) { case(id: $id) { patient { id } aiReviews { status result { overallClass } } } }';
    const before = await staff.ask(asked, { id: caseId });
    expect(before).toMatchObject({
      data: { case: { aiReviews: [{ status: 'COMPLETED', result: { overallClass: expect.any(String) as string } }] } },
    });
    await withdraw((before.data as { case: { patient: { id: string } } }).case.patient.id, 'AI_ANALYSIS');
    const after = await soon(
      'the result to be closed',
      () => staff.ask(asked, { id: caseId }),
      ({ errors }) => errors !== undefined,
    );
    expect(after).toMatchObject({
      data: { case: { aiReviews: [{ status: 'COMPLETED', result: null }] } },
      errors: [{ path: ['case', 'aiReviews', 0, 'result'], extensions: { consentType: { key: 'ai-analysis' } } }],
    });
  });

  const picturesOf = ({ caseId }: PreparedCase): Promise<Answer> => staff.ask(pictures, { id: caseId });

  async function withdraw(patientId: string, purpose: string): Promise<void> {
    const { patient } = await clinic.staff.run<{
      patient: { consents: { id: string; version: number; type: { purpose: string } }[] };
    }>(
      'query consents($id: ID!) { patient(id: $id) { consents(status: [GRANTED]) { id version type { purpose } } } }',
      {
        id: patientId,
      },
    );
    const record = patient.consents.find(({ type }) => type.purpose === purpose);
    await clinic.staff.run(
      'mutation withdrawConsent($id: ID!, $ifVersion: Int!) { withdrawConsent(id: $id, ifVersion: $ifVersion) { userErrors { code message } } }',
      { id: record?.id, ifVersion: record?.version },
    );
  }

  async function agree(patientId: string, purpose: string, provisions: readonly object[] = []): Promise<void> {
    const { patient } = await clinic.staff.run<{
      patient: { requiredConsents: { type: { key: string }; text: { id: string; body: string } }[] };
    }>(
      'query toAsk($id: ID!, $purpose: ConsentPurpose!) { patient(id: $id) { requiredConsents(purpose: $purpose) { type { key } text { id body } } } }',
      { id: patientId, purpose },
    );
    for (const { type, text } of patient.requiredConsents) {
      const textSha256 = createHash('sha256').update(text.body).digest('hex');
      const given = { typeKey: type.key, textVersionId: text.id, textSha256, decision: 'PERMIT', provisions };
      await clinic.staff.run(
        'mutation captureConsent($input: CaptureConsentInput!) { captureConsent(input: $input) { userErrors { code message } } }',
        { input: { idempotencyKey: randomUUID(), patientId, channel: 'IN_CLINIC_TABLET', ...given } },
      );
    }
  }

  /** Something about the case that its subscribers are told of. */
  async function change(): Promise<void> {
    await clinic.staff.run(
      `mutation recordDiagnosis($input: RecordDiagnosisInput!) {
        recordDiagnosis(input: $input) { userErrors { code message } } }`,
      { input: await diagnosis() },
    );
  }

  async function diagnosis(): Promise<object> {
    const { case: found } = await clinic.staff.run<{ case: { findings: { id: string }[] } }>(
      'query findings($id: ID!) { case(id: $id) { findings { id } } }',
      { id: own.caseId },
    );
    return {
      ...{ idempotencyKey: randomUUID(), caseId: own.caseId, findingId: found.findings[0]?.id },
      ...{ source: 'REFERRER', system: 'ICD-10', code: 'D22.5', malignancy: 'BENIGN', certainty: 'SUSPECTED' },
    };
  }

  /** A change before the gateway has taken up the subscription is not told, so there is another until one is. */
  async function changeUntil(told: Promise<unknown>): Promise<void> {
    let isTold = false;
    void told.then(() => (isTold = true));
    await until('the subscriber to be told', async () => {
      if (!isTold) await change();
      return isTold;
    });
  }

  /** The event of a change. Those that were told while nobody read come first; they are of before the withdrawal. */
  async function eventAfterChange(events: AsyncIterator<Answer>): Promise<Answer> {
    await change();
    for (;;) {
      const { value } = (await events.next()) as { value: Answer };
      if (value.errors) return value;
    }
  }
});

const isClosed = ({ errors = [] }: Answer): boolean =>
  errors.some(({ extensions }) => extensions['code'] === 'CONSENT_REQUIRED');
const isOpen = ({ errors }: Answer): boolean => errors === undefined;

/** Reads until it is so, and no read that began later than the time allowed may say otherwise. */
async function soon(what: string, read: () => Promise<Answer>, isSo: (answer: Answer) => boolean): Promise<Answer> {
  const from = performance.now();
  for (;;) {
    const begun = performance.now() - from;
    const answer = await read();
    if (isSo(answer)) return answer;
    if (begun > effectiveWithinMs) throw new Error(`It took longer than a second for ${what}`);
  }
}

/** The organisation's client as it sees what the API answers, refusals among it. */
class Viewer {
  private constructor(
    readonly clientId: string,
    private readonly urls: { readonly graphql: string; readonly ws: string },
    private readonly authorization: string,
  ) {}

  static async signIn({ clients, urls }: DemoFile, organisationId: string): Promise<Viewer> {
    const client = clients.find((one) => one.name === 'case-cli' && one.organisationId === organisationId);
    const { clientId = '', clientSecret = '' } = client ?? {};
    const { graphql = '', ws = '', token = '' } = urls;
    const response = await fetch(token, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: accessToken } = (await response.json()) as { access_token: string };
    return new Viewer(clientId, { graphql, ws }, `Bearer ${accessToken}`);
  }

  async ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    const response = await fetch(this.urls.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: this.authorization },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  follow(query: string, variables: Record<string, unknown>): AsyncIterableIterator<Answer> {
    const { authorization } = this;
    const sockets = createClient({ url: this.urls.ws, webSocketImpl: WebSocket, connectionParams: { authorization } });
    return sockets.iterate({ query, variables }) as AsyncIterableIterator<Answer>;
  }
}

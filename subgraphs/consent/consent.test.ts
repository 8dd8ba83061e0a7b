import { createHash } from 'node:crypto';
import { serviceActor, type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf, describeContract, startTestSubgraph, testOrganisation, type TestSubgraph } from '#shared/testing';
import { consent } from '.';

const body = 'We take photographs of your skin so that a dermatologist can look at them.';
const bodySha256 = createHash('sha256').update(body).digest('hex');

const capture = `mutation ($input: CaptureConsentInput!) {
  captureConsent(input: $input) { record { id status version patient { id } type { key } } userErrors { code path } }
}`;
const withdraw = `mutation ($id: ID!, $ifVersion: Int!, $reason: String) {
  withdrawConsent(id: $id, ifVersion: $ifVersion, reason: $reason) { record { status withdrawnAt } userErrors { code } }
}`;
const decisions = `query ($ids: [ID!]!) {
  consentDecisions(patientIds: $ids, purpose: PHOTOGRAPHY) { patientId permitted reason }
}`;

describeContract(consent);

describe('consent', () => {
  const organisation = testOrganisation();
  const nurse = actorOf(organisation, {
    scopes: [
      'consent:records:read',
      'consent:records:write',
      'consent:decisions:read',
      'consent:types:write',
      'consent:types:publish',
    ],
  });
  const stranger: Actor = { ...nurse, organisationId: testOrganisation().organisationId };
  let subject: TestSubgraph;
  let textVersionId: string;

  const ask = async <T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> => {
    const { data, errors } = await subject.ask(actor, query, variables);
    expect(errors).toBeUndefined();
    return data as T;
  };
  interface Captured {
    captureConsent: { record: { id: string; status: string; version: number } | null; userErrors: { code: string }[] };
  }
  const inputFor = (patientId: string, more: object = {}): { input: Record<string, unknown> } => ({
    input: {
      ...{ idempotencyKey: newId('idk'), patientId, typeKey: 'photography', textVersionId, textSha256: bodySha256 },
      ...{ decision: 'PERMIT', channel: 'IN_CLINIC_TABLET', ...more },
    },
  });
  const captureFor = async (patientId: string, more: object = {}, actor = nurse): Promise<Captured['captureConsent']> =>
    (await ask<Captured>(actor, capture, inputFor(patientId, more))).captureConsent;

  const publishText = async (
    text: string,
    requiresReconsent: boolean,
  ): Promise<{ textVersionId: string; textSha256: string }> => {
    const { draftConsentText } = await ask<{ draftConsentText: { textVersion: { id: string; bodySha256: string } } }>(
      nurse,
      'mutation ($body: String!) { draftConsentText(typeKey: "photography", locale: "en-GB", title: "Photographs", body: $body) { textVersion { id bodySha256 } } }',
      { body: text },
    );
    const { id, bodySha256: textSha256 } = draftConsentText.textVersion;
    await ask(
      nurse,
      'mutation ($id: ID!, $requiresReconsent: Boolean!) { publishConsentText(id: $id, requiresReconsent: $requiresReconsent) { textVersion { status } } }',
      { id, requiresReconsent },
    );
    return { textVersionId: id, textSha256 };
  };

  beforeAll(async () => {
    subject = await startTestSubgraph(consent);
    await ask(
      nurse,
      `mutation { createConsentType(input: {
      idempotencyKey: "t", key: "photography", name: "Photography", description: "Pictures of the skin", purpose: PHOTOGRAPHY,
      legalBasis: GDPR_9_2_A_EXPLICIT_CONSENT, required: true, dataCategories: [IMAGE] }) { type { id } } }`,
    );
    ({ textVersionId } = await publishText(body, false));
  });
  afterAll(() => subject.stop());

  test('stores what a person said to the text they were shown, and announces it without personal data', async () => {
    const patientId = newId('pat');
    const { record, userErrors } = await captureFor(patientId);
    expect(userErrors).toEqual([]);
    expect(record).toMatchObject({
      status: 'GRANTED',
      version: 1,
      patient: { id: patientId },
      type: { key: 'photography' },
    });
    const event = await subject.until('the event', () =>
      subject.events.find(({ resourceId }) => resourceId === record?.id),
    );
    expect(event).toMatchObject({ type: 'consent.record.granted', data: { patientId, purpose: 'PHOTOGRAPHY' } });
  });

  test('refuses a consent to any other text than the published one', async () => {
    const { record, userErrors } = await captureFor(newId('pat'), { textSha256: 'f'.repeat(64) });
    expect(record).toBeNull();
    expect(userErrors).toEqual([{ code: 'TEXT_MISMATCH', path: ['input', 'textSha256'] }]);
  });

  test('takes a repeated request for the same one, and refuses the key for another', async () => {
    const patientId = newId('pat');
    const variables = inputFor(patientId);
    const [first, second] = await Promise.all([
      ask<Captured>(nurse, capture, variables),
      ask<Captured>(nurse, capture, variables),
    ]);
    expect(second.captureConsent.record?.id).toBe(first.captureConsent.record?.id);
    const other = await ask<Captured>(nurse, capture, { input: { ...variables.input, decision: 'DENY' } });
    expect(other.captureConsent.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  });

  test('refuses a second withdrawal and announces nothing more', async () => {
    const { record } = await captureFor(newId('pat'));
    const variables = { id: record?.id, ifVersion: 1, reason: 'changed my mind' };
    expect(await ask(nurse, withdraw, variables)).toMatchObject({
      withdrawConsent: { record: { status: 'WITHDRAWN' }, userErrors: [] },
    });
    const again = await ask(nurse, withdraw, { ...variables, ifVersion: 2 });
    expect(again).toMatchObject({ withdrawConsent: { record: null, userErrors: [{ code: 'CONFLICT' }] } });
    const withdrawn = (): number =>
      subject.events.filter(({ type, resourceId }) => type === 'consent.record.withdrawn' && resourceId === record?.id)
        .length;
    await subject.until('the event', () => withdrawn() > 0);
    expect(withdrawn()).toBe(1);
  });

  test('refuses a change to a version that is no longer the current one', async () => {
    const { record } = await captureFor(newId('pat'));
    const stale = await ask(nurse, withdraw, { id: record?.id, ifVersion: 7 });
    expect(stale).toMatchObject({ withdrawConsent: { userErrors: [{ code: 'STALE_VERSION' }] } });
  });

  test('does not exist for another organisation', async () => {
    const { record } = await captureFor(newId('pat'));
    const found = await ask(stranger, 'query ($id: ID!) { consentRecord(id: $id) { id } }', { id: record?.id });
    expect(found).toEqual({ consentRecord: null });
    const refused = await ask(stranger, withdraw, { id: record?.id, ifVersion: 1 });
    expect(refused).toMatchObject({ withdrawConsent: { userErrors: [{ code: 'NOT_FOUND' }] } });
  });

  test('shows a patient their own records and nobody else’s', async () => {
    const [mine, other] = [newId('pat'), newId('pat')];
    const records = await Promise.all([captureFor(mine), captureFor(other)]);
    const patient = actorOf(organisation, { scopes: ['consent:records:self'], patientIds: [mine] });
    const seen = await Promise.all(
      records.map(({ record }) =>
        ask(patient, 'query ($id: ID!) { consentRecord(id: $id) { id } }', { id: record?.id }),
      ),
    );
    expect(seen).toEqual([{ consentRecord: { id: records[0].record?.id } }, { consentRecord: null }]);
    expect((await captureFor(other, {}, patient)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('needs the scope, and calls a malformed id by its name', async () => {
    const reader = actorOf(organisation, { scopes: ['consent:records:read'] });
    const { errors } = await subject.ask(reader, capture, inputFor(newId('pat')));
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect((await captureFor(newId('org'))).userErrors).toMatchObject([{ code: 'INVALID_ID' }]);
  });

  test('decides for many patients at once: by their record, and against those who never agreed', async () => {
    const [granted, silent, refused] = [newId('pat'), newId('pat'), newId('pat')];
    await captureFor(granted);
    await captureFor(refused, { decision: 'DENY' });
    const { consentDecisions } = await ask<{ consentDecisions: object[] }>(nurse, decisions, {
      ids: [granted, silent, refused],
    });
    expect(consentDecisions).toEqual([
      { patientId: granted, permitted: true, reason: 'RECORD' },
      { patientId: silent, permitted: false, reason: 'NO_CONSENT' },
      { patientId: refused, permitted: false, reason: 'RECORD' },
    ]);
  });

  test('decides for a thousand patients at once, whether or not their consents make exceptions', async () => {
    const nobodyElse = {
      effect: 'DENY',
      actors: [],
      organisations: [],
      actions: ['ACCESS'],
      dataCategories: ['CLINICAL'],
    };
    const asked = Array.from({ length: 1_000 }, () => newId('pat'));
    await Promise.all(asked.slice(0, 40).map((id) => captureFor(id)));
    await Promise.all(asked.slice(40, 60).map((id) => captureFor(id, { provisions: [nobodyElse] })));
    const { consentDecisions } = await ask<{ consentDecisions: { patientId: string; permitted: boolean }[] }>(
      nurse,
      decisions,
      { ids: asked },
    );
    expect(consentDecisions.map(({ patientId }) => patientId)).toEqual(asked);
    expect(consentDecisions.filter(({ permitted }) => permitted)).toHaveLength(40);
    const tooMany = await subject.ask(nurse, decisions, { ids: [...asked, newId('pat')] });
    expect(tooMany.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  test('decides for the viewer a service names, and lets nobody else name one', async () => {
    const patientId = newId('pat');
    const [allowed, barred] = [newId('usr'), newId('usr')];
    const everything = { actions: ['ACCESS'], dataCategories: ['CLINICAL'] };
    await captureFor(patientId, { provisions: [{ effect: 'DENY', actors: [barred], ...everything }] });
    const decideFor = `query ($id: ID!, $userId: ID) {
      consentDecisions(patientIds: [$id], purpose: PHOTOGRAPHY, viewer: { userId: $userId }) { permitted reason }
    }`;
    const gateway = serviceActor('gateway', organisation, ['consent:decisions:read']);
    const answers = await Promise.all(
      [allowed, barred].map((userId) => ask(gateway, decideFor, { id: patientId, userId })),
    );
    expect(answers).toEqual([
      { consentDecisions: [{ permitted: true, reason: 'RECORD' }] },
      { consentDecisions: [{ permitted: false, reason: 'PROVISION' }] },
    ]);
    const { errors } = await subject.ask(nurse, decideFor, { id: patientId, userId: allowed });
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  test('names the consent to ask for, and how long an answer holds', async () => {
    const patientId = newId('pat');
    await captureFor(patientId, { validUntil: new Date(Date.now() + 20_000).toISOString() });
    const asked = `query ($ids: [ID!]!) {
      consentDecisions(patientIds: $ids, purpose: PHOTOGRAPHY) { consentType { key } cacheForSeconds decidingRecord { status } }
    }`;
    const { consentDecisions } = await ask<{ consentDecisions: { cacheForSeconds: number }[] }>(nurse, asked, {
      ids: [patientId, newId('pat')],
    });
    expect(consentDecisions).toMatchObject([
      { consentType: { key: 'photography' }, decidingRecord: { status: 'GRANTED' } },
      { consentType: { key: 'photography' }, cacheForSeconds: 60, decidingRecord: null },
    ]);
    expect(consentDecisions[0]?.cacheForSeconds).toBeLessThanOrEqual(20);
  });

  test('notes an access when the record itself is read, not when its holder is asked for a decision', async () => {
    const patientId = newId('pat');
    await captureFor(patientId);
    const reads = async (): Promise<number> => {
      const rows = await subject.running.database.system.query<{ record: string }[]>('SELECT record FROM audit_intake');
      return rows.filter(({ record }) => record.includes('ConsentRecord.read') && record.includes(patientId)).length;
    };
    await ask(nurse, decisions, { ids: [patientId] });
    expect(await reads()).toBe(0);
    const withRecord =
      'query ($ids: [ID!]!) { consentDecisions(patientIds: $ids, purpose: PHOTOGRAPHY) { decidingRecord { id } } }';
    await ask(nurse, withRecord, { ids: [patientId] });
    expect(await reads()).toBe(1);
  });

  test('keeps the reason of a withdrawal out of the database’s clear text', async () => {
    const { record } = await captureFor(newId('pat'));
    await ask(nurse, withdraw, { id: record?.id, ifVersion: 1, reason: 'CANARY of a reason' });
    const tables = ['consent_records', 'entity_history', 'outbox', 'audit_intake'];
    const rows = await Promise.all(
      tables.map((table) => subject.running.database.system.query<object[]>(`SELECT * FROM ${table}`)),
    );
    expect(JSON.stringify(rows)).not.toContain('CANARY');
    const read = await ask(nurse, 'query ($id: ID!) { consentRecord(id: $id) { withdrawalReason } }', {
      id: record?.id,
    });
    expect(read).toEqual({ consentRecord: { withdrawalReason: 'CANARY of a reason' } });
  });

  test('no longer goes by the consent to a text that everybody must agree to anew', async () => {
    const patientId = newId('pat');
    await captureFor(patientId);
    const permitted = async (): Promise<boolean> => {
      const answer = await ask<{ consentDecisions: { permitted: boolean }[] }>(nurse, decisions, { ids: [patientId] });
      return answer.consentDecisions[0]?.permitted ?? false;
    };
    const [earlier, before] = [{ textVersionId, textSha256: bodySha256 }, await permitted()];
    const newer = await publishText('We take photographs, and keep them for ten years.', true);
    expect([before, await permitted()]).toEqual([true, false]);
    expect((await captureFor(patientId, earlier)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    await captureFor(patientId, newer);
    expect(await permitted()).toBe(true);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor } from '#shared/auth';
import { localKeyProvider } from '#shared/crypto';
import { type Region, RegionMismatchError } from '#shared/region';
import { type SubgraphAnswer } from '#shared/subgraph';
import {
  actorOf,
  startTestSubgraph,
  testGround,
  testOrganisation,
  type TestGround,
  type TestSubgraph,
} from '#shared/testing';
import { newId } from '#shared/ids';
import { clinical } from '../subgraphs/clinical';
import { consent } from '../subgraphs/consent';
import { payments } from '../subgraphs/payments';
import { mode } from './config';

const uk = testOrganisation('UK');
const us = testOrganisation('US');
const scopes = ['clinical:patients:read', 'clinical:patients:write'] as const;
const canary = 'Canaryname';

const registration = `mutation ($input: CreatePatientInput!) {
  createPatient(input: $input) { patient { id } userErrors { code message } } }`;

function codesOf({ errors = [] }: SubgraphAnswer): unknown[] {
  return errors.map(({ extensions }) => extensions?.['code']);
}

/** Behind the gateway: a subgraph, its units of work and its consumers hold to the region by themselves. */
describe(`the region's second and third wall (${mode})`, () => {
  let subject: TestSubgraph;
  let doctor: Actor;
  let stranger: Actor;
  let patientId: string;

  beforeAll(async () => {
    subject = await startTestSubgraph(clinical);
    doctor = actorOf(uk, { scopes });
    // The same organisation, by a context that was signed for another region: nothing but the region can refuse it.
    stranger = actorOf({ ...uk, region: 'US' }, { scopes });
    patientId = await register();
  });
  afterAll(() => subject.stop());

  async function register(): Promise<string> {
    const input = {
      idempotencyKey: newId('evt'),
      identity: { givenName: canary, familyName: 'Kept', birthDate: '1980-01-01' },
    };
    const { data, errors } = await subject.ask(doctor, registration, { input });
    expect(errors).toBeUndefined();
    return (data as { createPatient: { patient: { id: string } } }).createPatient.patient.id;
  }

  test('a context of another region is refused, whatever it asks, and learns nothing', async () => {
    const questions: readonly [string, Record<string, unknown>][] = [
      ['{ patients(first: 5) { nodes { id identity { givenName } } } }', {}],
      ['query ($id: ID!) { patient(id: $id) { identity { givenName } } }', { id: patientId }],
      [
        'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Patient { id identity { givenName } } } }',
        { of: [{ __typename: 'Patient', id: patientId }] },
      ],
      [registration, { input: { idempotencyKey: 'x', identity: { givenName: 'A', familyName: 'B' } } }],
      ['{ __typename }', {}],
    ];
    for (const [query, variables] of questions) {
      const answer = await subject.ask(stranger, query, variables);
      expect([query, codesOf(answer), answer.data]).toEqual([query, ['WRONG_REGION'], undefined]);
      expect(JSON.stringify(answer)).not.toContain(canary);
    }
    expect((await subject.ask(doctor, '{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  test('no unit of work begins for an organisation of another region', () => {
    expect(() => subject.running.system.unitFor(us, new Date())).toThrow(/serves UK; go to the one of US/);
  });

  test('a row of another region in the database is neither read nor changed, and nobody is told what is in it', async () => {
    await subject.running.system.source.query("UPDATE patients SET region = 'US'");
    const version = 'query ($id: ID!) { patient(id: $id) { id version identity { givenName } } }';
    const read = await subject.ask(doctor, version, { id: patientId });
    expect(codesOf(read)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(JSON.stringify(read)).not.toContain(canary);
    const list = await subject.ask(doctor, '{ patients(first: 5) { nodes { id identity { givenName } } } }');
    expect(codesOf(list)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(JSON.stringify(list)).not.toContain(canary);
    await subject.running.system.source.query("UPDATE patients SET region = 'UK'");
    expect(await subject.ask(doctor, version, { id: patientId })).toMatchObject({
      data: { patient: { identity: { givenName: canary } } },
    });
  });
});

describe(`events of another region (${mode})`, () => {
  test('are handled by no consumer and leave no mark that they were; those of the own region are', async () => {
    const subject = await startTestSubgraph(payments);
    const handled = async (): Promise<number> => {
      const rows = await subject.running.system.source.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM inbox');
      return Number(rows[0]?.n);
    };
    const cancel = (organisation: { organisationId: string; region: Region }): Promise<unknown> => {
      const appointmentId = newId('apt');
      const booked = { appointmentId, patientId: newId('pat'), caseId: null, practitionerId: null, priceCode: null };
      const at = { startsAt: new Date().toISOString(), serviceTypeKey: 'CONSULTATION' };
      const data = { ...booked, ...at, isLate: false, reason: null };
      return subject.deliver('scheduling.appointment.cancelled', { organisation, resourceId: appointmentId, data });
    };
    try {
      await cancel(us);
      expect(await handled()).toBe(0);
      await cancel(uk);
      expect(await handled()).toBe(1);
    } finally {
      await subject.stop();
    }
  });
});

describe(`what a deployment stands on says whose it is (${mode})`, () => {
  let ground: TestGround;
  beforeAll(async () => {
    ground = testGround();
    const first = await startTestSubgraph(consent, { ground, region: 'US' });
    await first.stop();
  });
  afterAll(() => ground.remove());

  /** A start on another region's database, bucket or key; everything else is its own. */
  async function startOn(theirs: Partial<TestGround>): Promise<unknown> {
    const own = testGround();
    try {
      const started = await startTestSubgraph(consent, { ground: { ...own, ...theirs }, region: 'UK' });
      await started.stop();
      return null;
    } catch (error) {
      return error;
    } finally {
      await own.remove();
    }
  }

  test('another region’s database is not opened, and not written to', async () => {
    const before = await fingerprint(ground, 'US');
    const failure = await startOn({ connection: ground.connection });
    expect(failure).toBeInstanceOf(RegionMismatchError);
    expect(String(failure)).toMatch(
      /REGION_MISMATCH: the database \S+ is of region US, and this deployment is REGION=UK/,
    );
    expect(await fingerprint(ground, 'US')).toBe(before);
  });

  test('another region’s folder of objects and keys is not used', async () => {
    const failure = await startOn({ directory: ground.directory });
    expect(failure).toBeInstanceOf(RegionMismatchError);
    expect(String(failure)).toContain('REGION_MISMATCH: the bucket');
  });

  test('another root key of the same region is noticed before it is used', async () => {
    const stranger = testGround();
    const failure = await startTestSubgraph(consent, {
      ground: { ...stranger, connection: ground.connection },
      region: 'US',
    }).then(
      () => null,
      (error: unknown) => error,
    );
    await stranger.remove();
    expect(String(failure)).toContain('The database was made under another root key');
  });

  test('a database from before there were stamps is taken for what its rows say', async () => {
    const own = testGround();
    const start = (region: Region): Promise<TestSubgraph> => startTestSubgraph(consent, { ground: own, region });
    const first = await start('UK');
    await first.running.seedDemo({ organisation: { ...uk, name: 'Clinic', slug: 'clinic' }, people: [] });
    await first.running.system.source.query('DELETE FROM region_stamps');
    await first.stop();
    const second = await start('UK');
    expect(await stamps(second)).toEqual(['UK']);
    await second.running.system.source.query("UPDATE consent_types SET region = 'US'");
    await second.running.system.source.query('DELETE FROM region_stamps');
    await second.stop();
    await expect(start('UK')).rejects.toThrow('REGION_MISMATCH: the database');
    await own.remove();
  });
});

async function stamps(subject: TestSubgraph): Promise<string[]> {
  const rows = await subject.running.system.source.query<{ region: string }[]>('SELECT region FROM region_stamps');
  return rows.map(({ region }) => region);
}

/** Everything in a database that a start would write: migrations and the stamp. */
async function fingerprint(ground: TestGround, region: Region): Promise<string> {
  const subject = await startTestSubgraph(consent, { ground, region });
  const { source } = subject.running.system;
  const tables = ['schema_migrations', 'region_stamps'];
  const rows = await Promise.all(tables.map((table) => source.query<unknown[]>(`SELECT * FROM ${table}`)));
  await subject.stop();
  return JSON.stringify(rows);
}

describe('a key file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sa-kek-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('names its region, serves no other, and is left as it was', async () => {
    const file = join(folder, 'kek');
    const wrapped = await localKeyProvider(file, 'US').wrap(Buffer.from('secret'), {});
    const before = readFileSync(file);
    expect(before.subarray(0, -32).toString()).toBe('region=US\n');
    expect(() => localKeyProvider(file, 'UK')).toThrow(/REGION_MISMATCH: the key \S+ is of region US/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(String(await localKeyProvider(file, 'US').unwrap(wrapped, {}))).toBe('secret');
  });

  test('that names none serves no deployment until somebody has said whose it is', () => {
    const file = join(folder, 'unmarked');
    writeFileSync(file, Buffer.alloc(32, 7), { mode: 0o600 });
    expect(() => localKeyProvider(file, 'UK')).toThrow(/holds data of no stated region/);
    writeFileSync(file, Buffer.concat([Buffer.from('region=UK\n'), Buffer.alloc(32, 7)]));
    expect(() => localKeyProvider(file, 'UK')).not.toThrow();
  });
});

import { type Actor, type Region } from '#shared/auth';
import { withTenant, type Database } from '#shared/database';
import { idBytes, newId } from '#shared/ids';
import { actorOf, startTestSubgraph, testGround, type TestGround, type TestSubgraph } from '#shared/testing';
import { clinical } from '../subgraphs/clinical';
import { consent } from '../subgraphs/consent';
import { mode } from './config';

const organisationCount = 20;
const requestCount = 400;
const connectionCount = 3;

interface Tenant {
  readonly organisation: { readonly organisationId: string; readonly region: Region };
  readonly actor: Actor;
  readonly patientIds: readonly string[];
  readonly caseIds: readonly string[];
}

/** Two subgraphs, 20 organisations, few connections: nobody ever sees a row of somebody else's. */
describe(`tenancy (${mode})`, () => {
  let ground: TestGround;
  let care: TestSubgraph;
  let consents: TestSubgraph;
  const tenants: Tenant[] = [];
  /** Organisation by id of a record. */
  const owners = new Map<string, string>();

  beforeAll(async () => {
    const { connection, ...rest } = testGround();
    ground = {
      ...rest,
      connection: connection.kind === 'mysql' ? { ...connection, poolSize: connectionCount } : connection,
    };
    care = await startTestSubgraph(clinical, { ground });
    consents = await startTestSubgraph(consent, { ground });
    for (let index = 0; index < organisationCount; index++) tenants.push(await makeTenant(index));
  }, 120_000);

  afterAll(async () => {
    await care.stop();
    await consents.stop();
    await ground.remove();
  });

  test(`${String(requestCount)} interleaved requests of ${String(organisationCount)} organisations return no foreign row`, async () => {
    const answers = await Promise.all(
      Array.from({ length: requestCount }, async (_, index) => {
        const tenant = tenants[index % organisationCount]!;
        return { tenant, ids: await readEverything(tenant, index) };
      }),
    );
    const foreign = answers.flatMap(({ tenant, ids }) =>
      ids.filter((id) => owners.get(id) !== tenant.organisation.organisationId),
    );
    expect(foreign).toEqual([]);
    expect(new Set(answers.map(({ ids }) => ids.length))).toEqual(new Set([6, 4]));
  });

  test('a record of another organisation is not there, asked for by id or as an entity', async () => {
    const [own, other] = [tenants[0]!, tenants[1]!];
    const [foreignPatient, foreignCase] = [other.patientIds[0], other.caseIds[0]];
    const answer = await care.ask(
      own.actor,
      `query ($patient: ID!, $case: ID!, $keys: [_Any!]!) {
        patient(id: $patient) { id } case(id: $case) { id }
        _entities(representations: $keys) { ... on Patient { id } ... on Case { id } } }`,
      {
        ...{ patient: foreignPatient, case: foreignCase },
        keys: [
          { __typename: 'Patient', id: foreignPatient },
          { __typename: 'Case', id: foreignCase },
        ],
      },
    );
    expect(JSON.stringify(answer)).not.toContain(`"${foreignPatient!}"`);
    expect(answer.data).toMatchObject({ patient: null, case: null, _entities: [null, null] });
  });

  test('nothing can be made for a patient of another organisation', async () => {
    const [own, other] = [tenants[0]!, tenants[1]!];
    const input = { idempotencyKey: 'foreign', patientId: other.patientIds[0], pathway: 'ROUTINE_DERMATOLOGY' };
    const { data, errors } = await care.ask(
      own.actor,
      'mutation ($input: CreateCaseInput!) { createCase(input: $input) { case { id } userErrors { code } } }',
      { input: { ...input, priority: 'ROUTINE', referralReason: 'None' } },
    );
    const codes = [
      errors?.[0]?.extensions?.['code'],
      (data?.['createCase'] as { userErrors: { code: string }[] } | null)?.userErrors[0]?.code,
    ];
    expect(codes).toContain('NOT_FOUND');
  });

  // The wall in the database itself is MySQL's; a file of SQLite has no accounts.
  const onMysql = mode === 'services' ? describe : (): void => undefined;
  onMysql('raw SQL through the application account of clinical', () => {
    const sql = <T>(tenant: Tenant, statement: string, values: unknown[] = []): Promise<T[]> =>
      withTenant(tenant.organisation.organisationId, () => application().query<T[]>(statement, values));
    const application = (): Database['tenant'] => care.running.database.tenant;
    const base = (): string =>
      ground.connection.kind === 'mysql' ? `${ground.connection.databasePrefix}_clinical` : '';

    test('sees its own organisation, and another only as nothing', async () => {
      const [own, other] = [tenants[2]!, tenants[3]!];
      const bytes = idBytes('org', other.organisation.organisationId);
      expect(await sql(own, 'SELECT id FROM patients')).toHaveLength(own.patientIds.length);
      expect(await sql(own, 'SELECT id FROM patients WHERE org_id = ?', [bytes])).toEqual([]);
      expect(await sql(own, "SELECT id FROM patients WHERE org_id = ? OR '1' = '1'", [bytes])).toHaveLength(
        own.patientIds.length,
      );
      const union = 'SELECT org_id FROM patients UNION SELECT org_id FROM skin_cases UNION SELECT org_id FROM outbox';
      const seen = await sql<{ org_id: Buffer }>(own, union);
      expect(seen.map((row) => row.org_id)).toEqual([idBytes('org', own.organisation.organisationId)]);
    });

    test('changes and removes nothing of another organisation', async () => {
      const [own, other] = [tenants[2]!, tenants[3]!];
      const bytes = idBytes('org', other.organisation.organisationId);
      await sql(own, "UPDATE patients SET status = 'GONE' WHERE org_id = ?", [bytes]);
      await sql(own, 'DELETE FROM patients WHERE org_id = ?', [bytes]);
      await expect(sql(own, 'UPDATE patients SET org_id = ?', [bytes])).rejects.toMatchObject({
        code: 'ER_VIEW_CHECK_FAILED',
      });
      expect(await sql(other, "SELECT id FROM patients WHERE status <> 'GONE'")).toHaveLength(other.patientIds.length);
    });

    test('reaches no base table and no other subgraph', async () => {
      const statements = [
        ...['patients', 'skin_cases', 'outbox', 'audit_intake', 'subject_keys', 'entity_history'].map(
          (table) => `SELECT * FROM ${base()}.${table}`,
        ),
        `SELECT * FROM ${base().replace('_clinical', '_consent')}.consent_records`,
        `SELECT * FROM ${base().replace('_clinical', '_consent_app')}.consent_records`,
        'SELECT * FROM mysql.user',
      ];
      for (const statement of statements) {
        await expect(sql(tenants[2]!, statement)).rejects.toMatchObject({
          code: expect.stringMatching(/DENIED/) as string,
        });
      }
    });

    test('is refused without an organisation, and with one it has set itself', async () => {
      await expect(application().query('SELECT id FROM patients')).rejects.toThrow('No tenant context');
      const [own, other] = [tenants[2]!, tenants[3]!];
      const forged = withTenant(own.organisation.organisationId, () =>
        application().transaction(async (manager) => {
          await manager.query('SET @app_org = ?', [idBytes('org', other.organisation.organisationId)]);
          await manager.query('SELECT id FROM patients');
        }),
      );
      await expect(forged).rejects.toThrow('forged');
    });

    test('reads through a view no more rows than its organisation has', async () => {
      const [own] = tenants;
      await multiplyPatients(care.running.database.system);
      const { rows, read } = await withTenant(own!.organisation.organisationId, () =>
        application().transaction(async (manager) => {
          const before = await rowsRead(manager.query('SHOW SESSION STATUS'));
          const found = await manager.query<unknown[]>('SELECT * FROM patients');
          return { rows: found.length, read: (await rowsRead(manager.query('SHOW SESSION STATUS'))) - before };
        }),
      );
      expect(rows).toBe(own!.patientIds.length * copies);
      // One more than there are: the index is read until its next entry is somebody else's.
      expect(read).toBeLessThanOrEqual(rows + 2);
    });
  });

  async function makeTenant(index: number): Promise<Tenant> {
    const organisation = { organisationId: newId('org'), region: 'UK' as const };
    const demo = { organisation: { ...organisation, name: 'Clinic', slug: `clinic-${String(index)}` }, people: [] };
    const { patientIds, caseIds } = (await care.running.seedDemo(demo)) as Pick<Tenant, 'patientIds' | 'caseIds'>;
    await consents.running.seedDemo(demo);
    for (const id of [...patientIds, ...caseIds]) owners.set(id, organisation.organisationId);
    const actor = actorOf(organisation, {
      scopes: ['clinical:patients:read', 'clinical:cases:read', 'clinical:cases:write'],
    });
    const { data } = await consents.ask(actor, '{ consentTypes { id } }');
    for (const { id } of (data as { consentTypes: { id: string }[] }).consentTypes) {
      // A type that two organisations were shown would be seen here already.
      expect(owners.has(id)).toBe(false);
      owners.set(id, organisation.organisationId);
    }
    return { organisation, actor, patientIds, caseIds };
  }

  /** By turns from the one subgraph and the other: the ids of all records an organisation is shown. */
  async function readEverything({ actor }: Tenant, index: number): Promise<string[]> {
    const [subgraph, query] =
      Math.floor(index / organisationCount) % 2 === 0
        ? [care, '{ patients(first: 50) { nodes { id } } cases(first: 50) { nodes { id patient { id } } } }']
        : [consents, '{ consentTypes { id } }'];
    const { data, errors } = await subgraph.ask(actor, query);
    expect(errors).toBeUndefined();
    return [...JSON.stringify(data).matchAll(/"id":"(\w+)"/g)].map(([, id]) => id!);
  }
});

/** How many patients an organisation has of each it had. With few rows in all, reading everything would be cheapest. */
const copies = 26;

async function multiplyPatients(system: Database['system']): Promise<void> {
  const rows = await system.query<Record<string, unknown>[]>('SELECT * FROM patients LIMIT 1');
  const others = Object.keys(rows[0] ?? {}).filter((name) => !['id', 'mrn_hash'].includes(name));
  const numbers = Array.from({ length: copies - 1 }, (_, index) => `SELECT ${String(index)} AS n`).join(' UNION ALL ');
  await system.query(
    `INSERT INTO patients (id, ${others.join(', ')})
     SELECT UNHEX(MD5(CONCAT(HEX(id), n))), ${others.join(', ')} FROM patients CROSS JOIN (${numbers}) AS numbers`,
  );
  await system.query('ANALYZE TABLE patients');
}

/** Rows this session has read so far, by an index or without. */
async function rowsRead(status: Promise<{ Variable_name: string; Value: string }[]>): Promise<number> {
  const counters = ['Handler_read_next', 'Handler_read_prev', 'Handler_read_rnd_next', 'Handler_read_key'];
  const counted = (await status).filter(({ Variable_name: name }) => counters.includes(name));
  return counted.reduce((total, { Value: value }) => total + Number(value), 0);
}

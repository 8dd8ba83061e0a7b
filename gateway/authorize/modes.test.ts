import { assertModeFits } from './authorization-mode';
import { type CanaryGateway, startCanaryGateway } from '../testing/canary-gateway';
import { wardSubgraphs } from './ward.fixture';

const clerk = { scopes: ['stays:read'] };

interface Listed {
  readonly path: readonly string[];
  readonly field: string;
  readonly requiredScopes: unknown;
}

function listedIn(extensions: Readonly<Record<string, unknown>> | undefined): readonly Listed[] {
  return (extensions?.['unauthorizedPaths'] ?? []) as readonly Listed[];
}

describe('reject', () => {
  let gateway: CanaryGateway;

  beforeAll(async () => {
    gateway = await startCanaryGateway(wardSubgraphs, { config: { authorizationMode: 'reject' } });
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    gateway.log.resolved.clear();
  });

  test('answers 403 with every denied path of an operation, of which nothing is executed', async () => {
    const { status, data, errors } = await gateway.ask(
      '{ wards { name them: people { phone } beds { patient { nationalId } } } }',
      {},
      clerk,
    );
    expect([status, data]).toEqual([403, undefined]);
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect(listedIn(errors?.[0]?.extensions)).toEqual([
      {
        path: ['wards', '@', 'them', '@', 'phone'],
        field: 'Patient.phone',
        requiredScopes: [['patients:read', 'phones:read'], ['admin']],
      },
      {
        path: ['wards', '@', 'beds', '@', 'patient', 'nationalId'],
        field: 'Patient.nationalId',
        requiredScopes: [['national:read']],
      },
    ]);
    expect([...gateway.log.resolved]).toEqual([]);
  });

  test('executes no mutation of which something below is denied', async () => {
    const { status } = await gateway.ask('mutation { clean(ward: "w") { patients { code } } }', {}, clerk);
    expect(status).toBe(403);
    expect([...gateway.log.resolved]).toEqual([]);
  });

  test('answers operations of which nothing is denied, and those that leave out what would be', async () => {
    const query = 'query($no: Boolean!) { wards { name people { id phone @include(if: $no) } } }';
    const { status, errors } = await gateway.ask(query, { no: false }, clerk);
    expect([status, errors]).toEqual([200, undefined]);
  });

  test('lists what fragments hide, each place once', async () => {
    const { errors } = await gateway.ask(
      `{ people { ...P ...P } occupants { ... on Person { ...P } } }
       fragment P on Person { ... on Patient { code } ... on Nurse { code } }`,
      {},
      clerk,
    );
    expect(listedIn(errors?.[0]?.extensions).map(({ path }) => path.join('.'))).toEqual([
      'people.@.code',
      'occupants.@.code',
    ]);
  });

  test('refuses an operation whose fragments stand for more fields than anybody can list', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const next = `...L${String(level + 1)}`;
      return `fragment L${String(level)} on Ward { a: people { ... on Nurse { ward { ${next} } } } b: people { ... on Nurse { ward { ${next} } } } c: people { ... on Nurse { ward { ${next} } } } }`;
    });
    const query = `{ wards { ...L0 people { phone } } } ${levels.join(' ')} fragment L12 on Ward { name }`;
    const { status, errors } = await gateway.ask(query, {}, clerk);
    expect([status, errors?.[0]?.extensions?.['code']]).toEqual([400, 'LIMIT_EXCEEDED']);
  });
});

describe('dry run', () => {
  let gateway: CanaryGateway;

  beforeAll(async () => {
    gateway = await startCanaryGateway(wardSubgraphs, { config: { authorizationMode: 'dry-run' } });
  });
  afterAll(() => gateway.close());

  test('answers everything and says what would have been denied', async () => {
    const { data, errors, extensions } = await gateway.ask('{ ward(id: "w") { patients { code } } }', {}, clerk);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ ward: { patients: [{ code: 'canary:Patient.code' }, { code: 'canary:Patient.code' }] } });
    expect(extensions?.['authorization']).toEqual({
      unauthorizedPaths: [
        { path: ['ward', 'patients', '@', 'code'], field: 'Patient.code', requiredScopes: [['patients:read']] },
      ],
    });
  });

  test('says nothing where nothing is denied', async () => {
    const { extensions } = await gateway.ask('{ ward(id: "w") { name } }', {}, clerk);
    expect(extensions).toBeUndefined();
  });

  test('is refused on an address that others can reach', async () => {
    const config = { authorizationMode: 'dry-run', host: '0.0.0.0' } as const;
    await expect(startCanaryGateway(wardSubgraphs, { config })).rejects.toThrow('loopback only');
  });
});

test.each([
  ['dry-run', '127.0.0.1', true],
  ['dry-run', '127.8.0.1', true],
  ['dry-run', '::1', true],
  ['dry-run', 'localhost', true],
  ['dry-run', '127.0.0.1.example', false],
  ['dry-run', '::', false],
  ['dry-run', '10.0.0.1', false],
  ['filter', '0.0.0.0', true],
  ['reject', '0.0.0.0', true],
] as const)('%s on %s: %s', (mode, host, fits) => {
  const check = (): void => {
    assertModeFits(mode, host);
  };
  if (fits) expect(check).not.toThrow();
  else expect(check).toThrow('loopback');
});

import { type Actor } from '#shared/auth';
import { codesByPath } from '../testing/test-gateway';
import { type CanaryGateway, type Caller, startCanaryGateway } from '../testing/canary-gateway';
import { type EvaluatePolicies, rolesAsPolicies } from './policies';
import { wardSubgraphs } from './ward.fixture';

const denied = 'UNAUTHORIZED_FIELD_OR_TYPE';
const query = '{ roster people { ... on Nurse { name salary } } }';
const clerk: Caller = { scopes: [] };

let gateway: CanaryGateway;
let evaluate: EvaluatePolicies;
let asked: { names: readonly string[]; actor: Actor | null }[];

beforeAll(async () => {
  gateway = await startCanaryGateway(wardSubgraphs, {
    evaluatePolicies: (names, actor) => {
      asked.push({ names, actor });
      return evaluate(names, actor);
    },
  });
});

afterAll(() => gateway.close());

beforeEach(() => {
  asked = [];
});

function satisfied(...names: string[]): EvaluatePolicies {
  return () => Promise.resolve(new Set(names));
}

async function salaryAndCodes(caller: Caller | null = clerk): Promise<unknown[]> {
  const { data, errors } = await gateway.ask(query, {}, caller);
  const [, nurse] = (data?.['people'] ?? []) as { salary?: number | null }[];
  return [nurse?.salary, codesByPath(errors)];
}

test.each([
  ['none', [], null],
  ['half of an alternative', ['payroll', 'rosters'], null],
  ['another half', ['hours', 'rosters'], null],
  ['one whole alternative', ['payroll', 'hours', 'rosters'], 7],
  ['the other alternative', ['role:director', 'rosters'], 7],
])('a field opens when all policies of one alternative hold: %s', async (...[, names, salary]) => {
  evaluate = satisfied(...names);
  expect(await salaryAndCodes()).toEqual([
    salary,
    {
      ...(salary === null && { 'people.1.salary': denied }),
      ...(!names.includes('rosters') && { roster: denied }),
    },
  ]);
});

test('the evaluator is asked once for a request, with every policy of the operation and who asks', async () => {
  evaluate = satisfied();
  await gateway.ask(`query { ...F a: roster b: roster } fragment F on Query { ${query.slice(1, -1)} }`, {}, clerk);
  expect(asked).toHaveLength(1);
  expect([...(asked[0]?.names ?? [])].sort()).toEqual(['hours', 'payroll', 'role:director', 'rosters']);
  expect(asked[0]?.actor?.subject).toBe('usr_canary');
});

test('the evaluator is not asked about operations without policies', async () => {
  evaluate = satisfied();
  await gateway.ask('{ people { ... on Nurse { name } } }', {}, clerk);
  expect(asked).toEqual([]);
});

test('what held for one request does not hold for the next', async () => {
  evaluate = satisfied('payroll', 'hours');
  expect((await salaryAndCodes())[0]).toBe(7);
  evaluate = satisfied();
  expect((await salaryAndCodes())[0]).toBeNull();
});

test('a policy may hold for somebody without a token, and does not stand for one', async () => {
  evaluate = satisfied('role:director', 'rosters');
  expect(await salaryAndCodes(null)).toEqual([7, { roster: 'UNAUTHENTICATED' }]);
});

test('no policy holds when the evaluator fails', async () => {
  evaluate = () => Promise.reject(new Error('the service of policies is down'));
  expect(await salaryAndCodes()).toEqual([null, { 'people.1.salary': denied, roster: denied }]);
});

test('no policy holds when the evaluator does not answer in time', async () => {
  evaluate = () => new Promise(() => undefined);
  expect(await salaryAndCodes()).toEqual([null, { 'people.1.salary': denied, roster: denied }]);
});

test('no policy holds where nobody evaluates any', async () => {
  const alone = await startCanaryGateway(wardSubgraphs);
  try {
    const { errors } = await alone.ask(query, {}, clerk);
    expect(codesByPath(errors)).toEqual({ 'people.1.salary': denied, roster: denied });
  } finally {
    await alone.close();
  }
});

test('roles of a token are policies by their prefixed names only', async () => {
  evaluate = rolesAsPolicies;
  expect((await salaryAndCodes({ scopes: [], roles: ['director'] }))[0]).toBe(7);
  // An organisation may call a role of its own whatever it likes.
  expect((await salaryAndCodes({ scopes: [], roles: ['payroll', 'hours', 'role:director'] }))[0]).toBeNull();
});

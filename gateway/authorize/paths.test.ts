import { writeSync } from 'node:fs';
import { type DocumentNode, type GraphQLFormattedError, isNonNullType, parse, print, visit } from 'graphql';
import { readSubgraphs } from '../supergraph';
import { type CanaryAnswer, type CanaryGateway, startCanaryGateway } from '../testing/canary-gateway';
import { canaryOf } from '../testing/canary-subgraph';
import { type Step, coordinateOf, targetOf } from './field-paths.fixture';
import {
  type PathCase,
  type PathCases,
  isLeaf,
  isTextual,
  pathCases,
  typesAlong,
  valuesAt,
} from './path-cases.fixture';
import { preferencesOf, queryShapes } from './query-shapes.fixture';
import { wardSubgraphs } from './ward.fixture';

const denials = ['UNAUTHORIZED_FIELD_OR_TYPE', 'UNAUTHENTICATED'];
/** How many cases there are is what bounds the time; this is for a machine that does other things as well. */
const secondsAtMost = 180;

/** What is wrong with the answer to somebody who may not have the field. */
function leaksIn({ query, path, shape }: PathCase, answer: CanaryAnswer, gateway: CanaryGateway): string[] {
  const target = targetOf(path);
  const coordinate = coordinateOf(target);
  const isKey = gateway.supergraph.joinedFields.has(target.field.name);
  const values = valuesAt(answer.data, query.keys);
  // Of an object nobody may know, the first thing that is asked may be `__typename`.
  const denied = (answer.errors ?? []).filter((error) => isAlong(query.keys, withoutTypename(error)));
  const problems = {
    'is not answered': answer.status !== 200,
    'shows the canary': isTextual(target) && answer.text.includes(`"${canaryOf(coordinate)}"`),
    // Behind an interface the same key may hold the open field of another type.
    'has a value': shape !== 'interface' && values.some((value) => value !== null && value !== undefined),
    'was fetched': !isKey && gateway.log.resolved.has(coordinate),
    // A sibling that may not be null can have taken the whole object with it.
    'is null without a reason': (shape === 'entity hop' ? (answer.errors ?? []) : denied).length === 0,
    'has other errors': (answer.errors ?? []).some(({ extensions }) => !denials.includes(String(extensions?.['code']))),
    'says not what is needed': denied.some(({ extensions }) => !Array.isArray(extensions?.['requiredScopes'])),
    'bubbles wrongly': !bubblesRightly(path.steps, query.keys, answer),
  };
  return Object.entries(problems).flatMap(([problem, holds]) => (holds ? [problem] : []));
}

/** A subgraph with an interface object answers for the interface what others ask of its implementers. */
function canariesOf({ parent, field }: Step): string[] {
  return [parent, ...parent.getInterfaces()].map((type) => canaryOf(`${type.name}.${field.name}`));
}

/** What is wrong with the answer to somebody who may have everything. */
function gapsIn({ query, path }: PathCase, answer: CanaryAnswer): string[] {
  const target = targetOf(path);
  const values = valuesAt(answer.data, query.keys).filter((value) => value !== null && value !== undefined);
  const problems = {
    'is not answered': answer.status !== 200,
    'has errors': answer.errors !== undefined,
    'lacks its value': values.length === 0,
    'lacks its canary':
      isLeaf(target) && isTextual(target) && !canariesOf(target).some((canary) => answer.text.includes(canary)),
  };
  return Object.entries(problems).flatMap(([problem, holds]) => (holds ? [problem] : []));
}

function withoutTypename({ path = [] }: Located): Located {
  const last = path[path.length - 1];
  return { path: last === '__typename' || last === 'named' ? path.slice(0, -1) : path };
}

type Located = Pick<GraphQLFormattedError, 'path'>;

/** Does an error stand at a field of the way? */
function isAlong(keys: readonly string[], { path = [] }: Located): boolean {
  return path.filter((step) => typeof step === 'string').every((key, index) => keys[index] === key);
}

/** The null of a denied field stands at the nearest place around it that may be null (specification §6.4.4). */
function bubblesRightly(
  steps: PathCase['path']['steps'],
  keys: readonly string[],
  { data, errors = [] }: CanaryAnswer,
): boolean {
  // Nothing of a mutation runs when one of its root fields is denied.
  if (data === null && steps[0].parent.name === 'Mutation') return errors.every(({ path }) => path?.length === 1);
  // Where several fields are denied at once, another one's null may be the one that is seen.
  if (errors.some((error) => error.path?.length !== errors[0]?.path?.length || !isAlong(keys, error))) return true;
  return errors.every(({ path = [] }) => {
    const types = typesAlong(steps, path);
    const nullAt = depthOfNull(data, path);
    const mayBeNull = nullAt === -1 || !isNonNullType(types[nullAt]);
    return mayBeNull && types.slice(nullAt + 1).every((type) => isNonNullType(type));
  });
}

/** How deep along a path the first null is; -1 for the data itself. */
function depthOfNull(data: unknown, path: readonly (string | number)[]): number {
  let value: unknown = data;
  for (const [index, step] of path.entries()) {
    if (value === null || value === undefined) return index - 1;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return path.length - 1;
}

interface World {
  readonly gateway: CanaryGateway;
  readonly sample: PathCases;
}

async function problemsOf({ gateway, sample }: World): Promise<string[]> {
  const found: string[] = [];
  for (const one of sample.cases) {
    const { query, variables } = one.query;
    gateway.log.preferred = preferencesOf(one.path);
    gateway.log.resolved.clear();
    const refused = await gateway.ask(query, variables, one.stranger);
    const leaks = leaksIn(one, refused, gateway);
    const granted = await gateway.ask(query, variables, sample.insider);
    const gaps = gapsIn(one, granted).map((gap) => `${gap} for who may have it`);
    for (const problem of [...leaks, ...gaps])
      found.push(`${one.name} ${problem}\n  ${query}\n  ${refused.text}\n  ${granted.text}`);
  }
  return found;
}

function report(name: string, { fields, paths, cases }: PathCases): void {
  const shapes = new Set(cases.map(({ shape }) => shape)).size;
  const line = [
    `${name}: ${String(cases.length)} cases in ${String(shapes)} shapes`,
    `${String(fields.covered)} of ${String(fields.all)} protected fields`,
    `${String(paths.covered)} of ${String(paths.all)} paths of at most 4 hops`,
  ].join(', ');
  writeSync(process.stderr.fd, `${line}\n`);
}

describe.each([
  {
    name: 'a supergraph with rules in every place',
    subgraphs: () => wardSubgraphs,
    about: 800,
    shapes: Object.keys(queryShapes).sort(),
  },
  {
    name: 'the platform',
    // Whether somebody agreed to the use of a field is another question, with tests of its own.
    subgraphs: () =>
      readSubgraphs('supergraph.yaml').map((subgraph) => ({
        ...subgraph,
        typeDefs: withoutConsent(subgraph.typeDefs),
      })),
    about: 1_000,
    // It has neither interfaces nor unions.
    shapes: Object.keys(queryShapes)
      .filter((shape) => shape !== 'interface' && shape !== 'union')
      .sort(),
  },
])('no way leads around the rules of $name', ({ name, subgraphs, about, shapes }) => {
  let world: World;

  beforeAll(async () => {
    const gateway = await startCanaryGateway(subgraphs(), {
      evaluatePolicies: (_names, actor) => Promise.resolve(new Set(actor?.roles)),
    });
    const sample = pathCases({ supergraph: gateway.supergraph, about, seed: 20_260 });
    report(name, sample);
    world = { gateway, sample };
  });

  afterAll(() => world.gateway.close());

  test('some way leads to every protected field but those of events, and every shape is tried', () => {
    const events = world.gateway.supergraph.schema.getSubscriptionType()?.name ?? '';
    expect(world.sample.unreached.filter((coordinate) => !coordinate.startsWith(`${events}.`))).toEqual([]);
    expect([...new Set(world.sample.cases.map(({ shape }) => shape))].sort()).toEqual(shapes);
  });

  test(
    'what a caller may not have is neither answered nor fetched, and whoever may have it gets it',
    async () => {
      expect(await problemsOf(world)).toEqual([]);
    },
    secondsAtMost * 1_000,
  );
});

test('a gateway that enforces nothing is found out by every one of its cases', async () => {
  const gateway = await startCanaryGateway(wardSubgraphs, { config: { authorizationMode: 'dry-run' } });
  try {
    const { cases } = pathCases({ supergraph: gateway.supergraph, about: 100, seed: 7 });
    for (const one of cases) {
      gateway.log.preferred = preferencesOf(one.path);
      gateway.log.resolved.clear();
      const answer = await gateway.ask(one.query.query, one.query.variables, one.stranger);
      expect([one.name, leaksIn(one, answer, gateway)]).not.toEqual([one.name, []]);
    }
  } finally {
    await gateway.close();
  }
});

function withoutConsent(typeDefs: string | DocumentNode): string {
  const document = typeof typeDefs === 'string' ? parse(typeDefs) : typeDefs;
  return print(visit(document, { Directive: ({ name }) => (name.value === 'consent' ? null : undefined) }));
}

import fc from 'fast-check';
import { type GraphQLSchema, isInterfaceType, isNonNullType } from 'graphql';
import { Arena, type SeatAnswer, type SeatError } from './arena';
import { Choices } from './choices';
import { type Difference, compareAnswers } from './comparison';
import { readDifferentialConfig } from './config';
import { fixtures } from './fixtures';
import { ConformanceSupergraph } from './supergraph';
import { sorted, withoutDefer } from './parts';
import { type Answers, type Trial, askBoth, askInParts, askMonolith, chooseTrial, describeTrial } from './trial';
import { Faults } from './faults';

const { runs, seed } = readDifferentialConfig();
const runsEach = Math.ceil(runs / fixtures.length);
/** Shrinking a counter-example takes most of it. */
const patienceMs = 600_000;
const choiceLists = fc.array(fc.nat(999_983), { maxLength: 120, size: 'max' });

interface Comparison {
  readonly arena: Arena;
  readonly trial: Trial;
  readonly ours: SeatAnswer;
  readonly stock: SeatAnswer;
  /** Without any fault, ours is what one schema without federation answers, and the stock executor's is not. */
  readonly isStockWrong: () => Promise<boolean>;
}

interface AllowedDifference {
  readonly name: string;
  readonly applies: (difference: Difference, comparison: Comparison) => boolean | Promise<boolean>;
  /** Why what we answer is right. */
  readonly why: string;
}

/** Every difference from the stock executor that there may be. */
const allowedDifferences: readonly AllowedDifference[] = [
  {
    name: 'a code that Apollo made up',
    applies: (difference, { ours, stock }) =>
      difference.kind === 'error' &&
      (difference.only === 'second'
        ? difference.error.code === 'DOWNSTREAM_SERVICE_ERROR' && ours.errors.some(isSameBut('code', difference.error))
        : difference.error.code === null && stock.errors.some(isSameBut('code', difference.error))),
    why: 'The subgraph gave no code. The server gives its own code to such errors, one for all.',
  },
  {
    name: 'an error of a whole fetch has a place',
    applies: (difference, { ours, stock }) =>
      difference.kind === 'error' &&
      (difference.only === 'second'
        ? isOfFetch(difference.error) && ours.errors.some(isSameBut('path', difference.error))
        : stock.errors.some((error) => isOfFetch(error) && isSameBut('path', difference.error)(error))),
    why: 'A client must be able to tell which null is a failure: the error is at every field that the fetch was to bring.',
  },
  {
    name: 'a null where none may be is an error',
    applies: (difference) =>
      difference.kind === 'error' && difference.error.message.includes('gave a value that its type does not allow'),
    why: 'Specification §6.4.4: a null that bubbles is a field error. Apollo reports it in extensions, or not at all.',
  },
  {
    name: 'a null where a type promises more than its interface',
    applies: (difference, { arena, trial }) =>
      difference.kind === 'data' &&
      stricterFields(arena.supergraph.schema).some((name) => trial.question.source.includes(name)),
    why: 'Specification §6.4.3: a field is executed as the object type defines it. Apollo goes by the interface it was asked through.',
  },
  {
    name: 'an operation that the stock executor answers wrong',
    applies: (_difference, { isStockWrong }) => isStockWrong(),
    why: 'Asked without faults, we answer what one schema without federation answers, and it does not.',
  },
];

/** Names of fields that are nullable in an interface and are not in one of its types. */
function stricterFields(schema: GraphQLSchema): string[] {
  const interfaces = Object.values(schema.getTypeMap()).filter((type) => isInterfaceType(type));
  return interfaces.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => !isNonNullType(field.type))
      .map(({ name }) => name)
      .filter((name) => schema.getPossibleTypes(type).some((one) => isNonNullType(one.getFields()[name]?.type))),
  );
}

/**
 * Operations that are not answered at all: Apollo's planner throws, or writes a fetch that its own subgraph refuses as
 * invalid. The client gets an error, never something wrong.
 */
function isRefusal(answer: SeatAnswer | Error): boolean {
  const isPlannersFault = ({ message }: { readonly message: string }): boolean =>
    plannerFaults.some((fault) => fault.test(message));
  return answer instanceof Error ? isPlannersFault(answer) : answer.errors.some(isPlannersFault);
}

const plannerFaults = [
  /^We should have an edge from /,
  /potentially an interface object type at runtime/,
  /^Fields .* conflict because /,
];

function isLike(parts: SeatAnswer, whole: SeatAnswer): boolean {
  return compareAnswers(parts, sorted(whole)).length === 0;
}

/** Where Apollo places an error of a whole fetch: nowhere, or at a field that clients have never heard of. */
function isOfFetch({ path }: SeatError): boolean {
  return path === '' || path.split('.').includes('_entities');
}

function isSameBut(property: 'code' | 'path', one: SeatError): (other: SeatError) => boolean {
  return (other) =>
    other.message === one.message &&
    (property === 'code'
      ? other.path === one.path
      : other.code === one.code ||
        other.code === 'DOWNSTREAM_SERVICE_ERROR' ||
        one.code === 'DOWNSTREAM_SERVICE_ERROR');
}

async function unexplained(arena: Arena, trial: Trial, { ours, stock }: Answers): Promise<Difference[]> {
  if (ours instanceof Error) return stock instanceof Error ? [] : [{ kind: 'data' }];
  const isStockWrong = (): Promise<boolean> => isOnlyStockWrong(arena, trial);
  if (stock instanceof Error) return (await isStockWrong()) ? [] : [{ kind: 'data' }];
  const unexplainedDifferences: Difference[] = [];
  for (const difference of compareAnswers(ours, stock)) {
    if (!(await isAllowed(difference, { arena, trial, ours, stock, isStockWrong })))
      unexplainedDifferences.push(difference);
  }
  return unexplainedDifferences;
}

async function isAllowed(difference: Difference, comparison: Comparison): Promise<boolean> {
  for (const { applies } of allowedDifferences) if (await applies(difference, comparison)) return true;
  return false;
}

async function isOnlyStockWrong(arena: Arena, trial: Trial): Promise<boolean> {
  const calm = { ...trial, faults: new Faults() };
  const truth = await askMonolith(arena, calm);
  const { ours, stock } = await askBoth(arena, calm);
  const isRight = (answer: SeatAnswer | Error): boolean =>
    !(answer instanceof Error) && compareAnswers(answer, truth).length === 0;
  return isRight(ours) && !isRight(stock);
}

describe.each(fixtures)('over the supergraph $name', (fixture) => {
  let arena: Arena;

  beforeAll(() => {
    arena = new Arena(new ConformanceSupergraph(fixture));
  });

  async function assertAlways(check: (numbers: readonly number[]) => Promise<void>): Promise<void> {
    await fc.assert(fc.asyncProperty(choiceLists, check), {
      numRuns: runsEach,
      seed,
      interruptAfterTimeLimit: 250_000,
    });
  }

  test(
    `answers as one schema without federation would (seed ${seed})`,
    () =>
      assertAlways(async (numbers) => {
        const trial = chooseTrial(arena, new Choices(numbers));
        if (!trial) return;
        const truth = await askMonolith(arena, trial);
        const { ours } = await askBoth(arena, trial);
        if (isRefusal(ours)) return;
        const differences = ours instanceof Error ? ['threw'] : compareAnswers(ours, truth);
        if (differences.length > 0) {
          throw new Error(`${JSON.stringify(differences)}\n${describeTrial(trial, { ours, truth })}`);
        }
      }),
    patienceMs,
  );

  test(
    `answers as the stock executor does, whatever fails in subgraphs (seed ${seed})`,
    () =>
      assertAlways(async (numbers) => {
        const trial = chooseTrial(arena, new Choices(numbers), { mayFail: true });
        if (!trial) return;
        const answers = await askBoth(arena, trial);
        const differences = await unexplained(arena, trial, answers);
        if (differences.length > 0) {
          throw new Error(`${JSON.stringify(differences)}\n${describeTrial(trial, answers)}`);
        }
      }),
    patienceMs,
  );

  test(
    `answers in parts what the stock executor answers at once (seed ${seed})`,
    () =>
      assertAlways(async (numbers) => {
        const trial = chooseTrial(arena, new Choices(numbers), { defers: true });
        if (!trial) return;
        const atOnce = { ...trial, question: { ...trial.question, source: withoutDefer(trial.question.source) } };
        const { ours, stock } = await askBoth(arena, atOnce);
        if (isRefusal(ours) || ours instanceof Error) return;
        const answered = await askInParts(arena, trial);
        if (isRefusal(answered)) return;
        if (answered instanceof Error) throw answered;
        const parts = sorted(answered);
        const isLikeStock = !(stock instanceof Error) && compareAnswers(parts, sorted(stock)).length === 0;
        // Where it is not, the stock executor must be wrong about the whole as well, and we right.
        if (isLikeStock || (isLike(parts, ours) && (await isOnlyStockWrong(arena, atOnce)))) return;
        throw new Error(describeTrial(trial, { parts, ours, stock }));
      }),
    patienceMs,
  );
});

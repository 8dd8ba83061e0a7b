import { parse, validate } from 'graphql';
import { type Arena, type Seat, type SeatAnswer } from './arena';
import { type Choices } from './choices';
import { generateFaults } from './fault-generator';
import { Faults } from './faults';
import { OperationGenerator } from './operation-generator';
import { type Run } from './subgraph';
import { type Question } from './supergraph';
import { World } from './world';

const worlds = 12;

/** One generated operation on one world, and what goes wrong meanwhile. */
export interface Trial {
  readonly question: Question;
  readonly world: World;
  readonly faults: Faults;
}

export type Answers = Readonly<Record<Seat, SeatAnswer | Error>>;

/** @returns null when the choices make an operation that is not valid */
export function chooseTrial(
  { supergraph }: Arena,
  choices: Choices,
  { mayFail = false, defers = false }: { readonly mayFail?: boolean; readonly defers?: boolean } = {},
): Trial | null {
  const seed = choices.below(worlds);
  const faults = mayFail ? generateFaults(supergraph, choices) : new Faults();
  const joined = [...supergraph.loaded.joinedFields];
  const question = new OperationGenerator({ schema: supergraph.schema, joined, defers }, choices).generate();
  if (validate(supergraph.schema, parse(question.source)).length > 0) return null;
  return { question, faults, world: new World(supergraph.model, seed === 0 ? null : seed) };
}

export async function askBoth(arena: Arena, { question, world, faults }: Trial): Promise<Answers> {
  const run = (): Run => ({ world, faults, journal: [] });
  const ours = await attempt(arena, 'ours', { question, run: run() });
  const stock = await attempt(arena, 'stock', { question, run: run() });
  return { ours, stock };
}

/** Ours, asked for parts that are put together. */
export async function askInParts(arena: Arena, { question, world, faults }: Trial): Promise<SeatAnswer | Error> {
  try {
    return await arena.askInParts(question, { world, faults, journal: [] });
  } catch (error) {
    return error as Error;
  }
}

/** What is true when nothing goes wrong. */
export function askMonolith(arena: Arena, { question, world }: Trial): Promise<SeatAnswer> {
  return arena.askMonolith(question, { world, faults: new Faults(), journal: [] });
}

async function attempt(
  arena: Arena,
  seat: Seat,
  { question, run }: { question: Question; run: Run },
): Promise<SeatAnswer | Error> {
  try {
    return await arena.ask(seat, question, run);
  } catch (error) {
    return error as Error;
  }
}

export function describeTrial(
  { question, faults }: Trial,
  answers: Readonly<Record<string, SeatAnswer | Error>>,
): string {
  const text = (answer: SeatAnswer | Error): string =>
    answer instanceof Error ? `threw ${answer.message}` : JSON.stringify(answer);
  return [
    question.source,
    `variables ${JSON.stringify(question.variables)}`,
    `faults ${JSON.stringify(faults)}`,
    ...Object.entries(answers).map(([name, answer]) => `${name.padEnd(8)} ${text(answer)}`),
  ].join('\n');
}

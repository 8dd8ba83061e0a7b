import { type DocumentNode, type ExecutionResult, type GraphQLError, parse, print, visit } from 'graphql';
import { type IncrementalResult } from '../operations';
import { type SeatAnswer } from './arena';

type Values = Record<string, unknown>;

/** Puts an answer in parts together as clients do: each part is merged into the object at its path. */
export async function mergeParts({ initial, rest }: IncrementalResult): Promise<ExecutionResult> {
  const errors: GraphQLError[] = [...(initial.errors ?? [])];
  const answer: { data: unknown } = { data: initial.data };
  for await (const parts of rest ?? []) {
    for (const { path, data, errors: own } of parts) {
      if (own) errors.push(...own);
      const target = path.reduce<unknown>((at, step) => (at as Values)[step], answer.data);
      if (!isObject(target)) throw new Error(`A part came for ${path.join('.')}, where there is no object`);
      if (data) merge(target, data);
    }
  }
  return { data: answer.data as Values, ...(errors.length > 0 && { errors }) };
}

function merge(target: Values, source: Values): void {
  for (const [key, value] of Object.entries(source)) {
    const present = target[key];
    if (Array.isArray(present) && Array.isArray(value)) mergeLists(present, value);
    else if (isObject(present) && isObject(value)) merge(present, value);
    else target[key] = value;
  }
}

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  if (target.length !== source.length) throw new Error('A part has another list than the answer before it');
  source.forEach((value, index) => {
    const present = target[index];
    if (Array.isArray(present) && Array.isArray(value)) mergeLists(present, value);
    else if (isObject(present) && isObject(value)) merge(present, value);
    else target[index] = value;
  });
}

export function withoutDefer(source: string): string {
  const document: DocumentNode = visit(parse(source), {
    Directive: ({ name }) => (name.value === 'defer' ? null : undefined),
  });
  return print(document);
}

/** Parts come in any order, and so do their keys. */
export function sorted({ data, ...answer }: SeatAnswer): SeatAnswer {
  return { ...answer, data: sortedValue(data) };
}

function sortedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedValue);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortedValue(inner)]));
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

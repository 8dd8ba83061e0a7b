import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  OperationTypeNode,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';

/** One field of one object type on the way. */
export interface Step {
  readonly parent: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
}

/** A way from a root to a field, which is the last step. */
export interface FieldPath {
  readonly operation: OperationTypeNode;
  readonly steps: readonly [Step, ...Step[]];
}

export function targetOf({ steps }: FieldPath): Step {
  return steps[steps.length - 1] ?? steps[0];
}

export function coordinateOf({ parent, field }: Step): string {
  return `${parent.name}.${field.name}`;
}

const maxHops = 4;

/** Every way of at most four fields from `Query` and `Mutation` to every field there is. */
export function* everyPath(schema: GraphQLSchema): Generator<FieldPath> {
  for (const operation of [OperationTypeNode.QUERY, OperationTypeNode.MUTATION]) {
    const root = schema.getRootType(operation);
    if (!root) continue;
    for (const step of stepsFrom(root)) yield* pathsFrom(schema, { operation, steps: [step] });
  }
}

function* pathsFrom(schema: GraphQLSchema, path: FieldPath): Generator<FieldPath> {
  yield path;
  if (path.steps.length === maxHops) return;
  for (const type of objectsOf(schema, targetOf(path))) {
    for (const step of stepsFrom(type)) {
      const steps: FieldPath['steps'] = [...path.steps, step];
      if (isPossible(steps)) yield* pathsFrom(schema, { ...path, steps });
    }
  }
}

function stepsFrom(parent: GraphQLObjectType): Step[] {
  return Object.values(parent.getFields()).map((field) => ({ parent, field }));
}

function objectsOf(schema: GraphQLSchema, { field }: Step): readonly GraphQLObjectType[] {
  const returned = getNamedType(field.type);
  if (isObjectType(returned)) return [returned];
  return isAbstractType(returned) ? schema.getPossibleTypes(returned) : [];
}

/** A canary subgraph gives every field objects of one type: no way leads through two types of the same field. */
function isPossible(steps: readonly Step[]): boolean {
  const types = new Map<string, GraphQLObjectType>();
  return steps.slice(1).every(({ parent }, index) => {
    const before = steps[index];
    if (!before) return false;
    const known = types.get(coordinateOf(before));
    types.set(coordinateOf(before), parent);
    return !known || known === parent;
  });
}

/** Numbers between 0 and 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** For each field at most `each` of the ways to it, every way as likely as any other (reservoir sampling). */
export class PathSample {
  readonly byField = new Map<string, FieldPath[]>();
  /** How many ways there were. */
  readonly seen = new Map<string, number>();

  constructor(
    private readonly each: number,
    private readonly random: () => number,
  ) {}

  add(path: FieldPath): void {
    const coordinate = coordinateOf(targetOf(path));
    const seen = (this.seen.get(coordinate) ?? 0) + 1;
    this.seen.set(coordinate, seen);
    const kept = this.byField.get(coordinate) ?? [];
    this.byField.set(coordinate, kept);
    if (kept.length < this.each) kept.push(path);
    else {
      const place = Math.floor(this.random() * seen);
      if (place < this.each) kept[place] = path;
    }
  }
}

import {
  type ConstDirectiveNode,
  type DocumentNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  valueFromASTUntyped,
} from 'graphql';

/** `@listSize` of one field: how its caller says, or its schema assumes, how many items come. */
export interface ListSize {
  readonly assumedSize: number | null;
  readonly slicingArguments: readonly string[];
  /** Lists among the fields of what the field returns; none when the field itself is the list. */
  readonly sizedFields: ReadonlySet<string>;
  readonly requireOneSlicingArgument: boolean;
}

/** What a supergraph says of costs, by schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

interface Described {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Reads `@cost` and `@listSize`. A weight may be text, as in IBM's specification, where it can have decimals. */
export function readCostDirectives(policy: DocumentNode): CostDirectives {
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  for (const [coordinate, directive] of directivesByCoordinate(policy)) {
    if (directive.name.value === 'cost') weights.set(coordinate, Number(argumentsOf(directive)['weight']));
    if (directive.name.value === 'listSize') listSizes.set(coordinate, readListSize(argumentsOf(directive)));
  }
  return { weights, listSizes };
}

function readListSize(given: Readonly<Record<string, unknown>>): ListSize {
  return {
    assumedSize: typeof given['assumedSize'] === 'number' ? given['assumedSize'] : null,
    slicingArguments: textsOf(given['slicingArguments']),
    sizedFields: new Set(textsOf(given['sizedFields'])),
    requireOneSlicingArgument: given['requireOneSlicingArgument'] !== false,
  };
}

function* directivesByCoordinate({ definitions }: DocumentNode): Generator<[string, ConstDirectiveNode]> {
  for (const definition of definitions) {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) continue;
    const type = definition.name.value;
    yield* directivesOf(type, definition);
    for (const field of ('fields' in definition && definition.fields) || []) {
      const coordinate = `${type}.${field.name.value}`;
      yield* directivesOf(coordinate, field);
      for (const argument of ('arguments' in field && field.arguments) || [])
        yield* directivesOf(`${coordinate}(${argument.name.value}:)`, argument);
    }
  }
}

function* directivesOf(coordinate: string, { directives }: Described): Generator<[string, ConstDirectiveNode]> {
  for (const directive of directives ?? []) yield [coordinate, directive];
}

function argumentsOf(directive: ConstDirectiveNode): Readonly<Record<string, unknown>> {
  const entries = directive.arguments?.map(({ name, value }): [string, unknown] => [
    name.value,
    valueFromASTUntyped(value),
  ]);
  return Object.fromEntries(entries ?? []);
}

function textsOf(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item) => typeof item === 'string');
}

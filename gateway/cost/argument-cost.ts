import {
  type ArgumentNode,
  type GraphQLArgument,
  type GraphQLInputType,
  type ValueNode,
  Kind,
  getNamedType,
  isInputObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { type Formula, type Term, type Variables } from './formula';

type Weights = ReadonlyMap<string, number>;

/** What giving an argument costs: its own weight, and that of every input object and weighed input field in its value. */
export class ArgumentCosts {
  constructor(private readonly weights: Weights) {}

  /** @param coordinate of the field */
  termOf(
    formula: Formula,
    { coordinate, definition, node }: { coordinate: string; definition: GraphQLArgument; node: ArgumentNode },
  ): Term {
    const weight = this.weights.get(`${coordinate}(${definition.name}:)`);
    const cost = (value: unknown): number => this.costOf({ type: definition.type, weight, value });
    return hasVariables(node.value)
      ? formula.of((variables) => cost(valueOf(node.value, variables)))
      : cost(valueOf(node.value, {}));
  }

  private costOf({
    type,
    weight,
    value,
  }: {
    type: GraphQLInputType;
    weight: number | undefined;
    value: unknown;
  }): number {
    if (value === null || value === undefined) return 0;
    if (Array.isArray(value))
      return value.reduce((sum: number, item) => sum + this.costOf({ type, weight, value: item }), 0);
    const named = getNamedType(type);
    if (!isInputObjectType(named)) return weight ?? this.weights.get(named.name) ?? 0;
    const fields = named.getFields();
    const given = typeof value === 'object' ? Object.entries(value) : [];
    return given.reduce((sum, [name, inner]: [string, unknown]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const own = this.weights.get(`${named.name}.${name}`);
      return field ? sum + this.costOf({ type: field.type, weight: own, value: inner }) : sum;
    }, weight ?? 1);
  }
}

/** The value as JSON has it. */
export function valueOf(node: ValueNode, variables: Variables): unknown {
  return valueFromASTUntyped(node, variables);
}

export function hasVariables(node: ValueNode): boolean {
  switch (node.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return node.values.some(hasVariables);
    case Kind.OBJECT:
      return node.fields.some(({ value }) => hasVariables(value));
    default:
      return false;
  }
}

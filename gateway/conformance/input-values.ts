import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { type Choices } from './choices';

/** An enum value, which is not written as a string. */
export class EnumValue {
  constructor(readonly name: string) {}

  toJSON(): string {
    return this.name;
  }
}

/** A variable inside a literal. */
export class VariableReference {
  constructor(readonly name: string) {}
}

const texts = ['one', '', 'a "quote" \\ and \u00e9 \u{1f600}', 'two\nlines', '$v0 ${x} #', 'id-1'] as const;
const numbers = [1, 0, -7, 42, 1e6] as const;
const floats = [1.5, 0, -2.25, 3, 1e21] as const;
const anything = [{ a: 1, b: ['x', null, { c: true }] }, 'text', 7, [], [1, 'two'], true] as const;

export interface ValueContext {
  readonly choices: Choices;
  /** A variable to stand here instead of the value; absent where only a constant may stand. */
  readonly variable?: (type: GraphQLInputType) => VariableReference | null;
}

/** A value a client may give, as JavaScript with `EnumValue` and `VariableReference` in it. */
export function inputValue(type: GraphQLInputType, name: string, context: ValueContext): unknown {
  const { choices, variable } = context;
  const reference = variable && choices.chance(25) ? variable(type) : null;
  if (reference) return reference;
  if (isNonNullType(type)) return presentValue(type.ofType, name, context);
  return choices.chance(10) ? null : presentValue(type, name, context);
}

function presentValue(type: GraphQLInputType, name: string, context: ValueContext): unknown {
  const { choices } = context;
  if (isListType(type)) {
    // One value stands for a list of one, except where a variable in it would be of another type than the list's.
    if (choices.chance(15)) return presentValue(nullable(type.ofType), name, { choices });
    return Array.from({ length: choices.below(3) }, () => inputValue(type.ofType, name, context));
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => isRequiredInputField(field) || choices.chance(40));
    return Object.fromEntries(fields.map((field) => [field.name, inputValue(field.type, field.name, context)]));
  }
  if (isEnumType(type)) return new EnumValue(choices.of(type.getValues()).name);
  return scalarValue(String(type), name, choices);
}

function nullable(type: GraphQLInputType): GraphQLInputType {
  return isNonNullType(type) ? type.ofType : type;
}

function scalarValue(type: string, name: string, choices: Choices): unknown {
  switch (type) {
    case 'ID':
      // Such that it leads to an entity, most of the time.
      return choices.chance(20) ? choices.of([7, 'nobody', '']) : `${name}-${choices.below(12)}`;
    case 'String':
      return choices.of(texts);
    case 'Int':
      return choices.of(numbers);
    case 'Float':
      return choices.of(floats);
    case 'Boolean':
      return choices.chance(50);
    default:
      return choices.of(anything);
  }
}

/** A value as it is written in a document. */
export function printValue(value: unknown): string {
  if (value instanceof VariableReference) return `$${value.name}`;
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inside]) => `${name}: ${printValue(inside)}`);
  return `{ ${fields.join(', ')} }`;
}

import { createHash } from 'node:crypto';
import { Kind, type SelectionSetNode, type TypeNode, valueFromASTUntyped } from 'graphql';
import { type FieldFact, type Model } from './model';

/** An object of the world: an entity or a value, told apart from its like by a number. */
export interface Thing {
  readonly __typename: string;
  readonly number: number;
}

export interface Asked {
  readonly args: Readonly<Record<string, unknown>>;
  /** What a `@requires` field was computed from. */
  readonly required?: unknown;
}

interface Place {
  readonly fact: FieldFact;
  readonly thing: Thing;
  /** Grows as lists are entered: the items of thing 3 are 31 and 32. */
  readonly number: number;
  readonly asked: Asked;
  readonly salt: string;
  readonly isItem: boolean;
}

const entities = 12;

/**
 * The data behind all subgraphs of a supergraph, computed from the names of things and their numbers alone, so that
 * every subgraph, and the one schema without federation, say the same. A string is `Type.field number {arguments}`;
 * what `@requires` read follows behind an arrow.
 *
 * Without a seed it is calm: nothing is null, lists have two items, and an object's only child has its own number. With
 * a seed anything nullable is null now and then, lists have up to three items, and children are any of twelve.
 */
export class World {
  constructor(
    readonly model: Model,
    private readonly seed: number | null,
  ) {}

  /** @returns a leaf, a `Thing`, or lists of them */
  value(thing: Thing, name: string, asked: Asked): unknown {
    const fact = this.model.fact(thing.__typename, name);
    if (this.model.isKeyField(thing.__typename, name)) return this.keyValue(thing, fact, fact.type);
    return this.compute(fact.type, {
      fact,
      thing,
      number: thing.number,
      asked,
      salt: saltOf(asked),
      isItem: false,
    });
  }

  /** As `value`, with what `@requires` names read from the world itself: for a schema without federation. */
  wholeValue(thing: Thing, name: string, args: Readonly<Record<string, unknown>>): unknown {
    const { requires } = this.model.fact(thing.__typename, name);
    return this.value(thing, name, requires ? { args, required: this.pick(thing, requires) } : { args });
  }

  /** The thing with this number as the type sees it: entities of one interface share their numbers. */
  thing(typename: string, number: number): Thing {
    if (this.model.isAbstract(typename)) return this.ofTypes(this.model.possibleTypes(typename), number);
    return { __typename: typename, number: this.aligned(typename, number) };
  }

  private compute(type: TypeNode, place: Place): unknown {
    if (type.kind === Kind.NON_NULL_TYPE) return this.present(type.type, place);
    return this.wild(place, 'null') % 7 === 1 ? null : this.present(type, place);
  }

  private present(type: TypeNode, place: Place): unknown {
    if (type.kind === Kind.NON_NULL_TYPE) return this.present(type.type, place);
    if (type.kind === Kind.LIST_TYPE) {
      const length = this.seed === null ? 2 : this.wild(place, 'length') % 4;
      return Array.from({ length }, (_, index) =>
        this.compute(type.type, { ...place, number: place.number * 10 + index + 1, isItem: true }),
      );
    }
    const name = type.name.value;
    if (this.model.isComposite(name)) return this.child(name, place);
    return leafOf(name, place, this.model.enumValues(name));
  }

  private child(typename: string, place: Place): Thing {
    const number = this.childNumber(typename, place);
    if (!this.model.isAbstract(typename)) return this.thing(typename, number);
    return this.ofTypes(this.model.possibleTypes(typename, place.fact), number);
  }

  private childNumber(typename: string, place: Place): number {
    const { asked, thing, number, isItem } = place;
    for (const [name, value] of Object.entries(asked.args)) {
      const given = numberIn(value);
      if (!isItem && given !== null && this.isKeyOf(typename, name)) return given;
    }
    if (this.seed !== null) return this.wild(place, 'child') % entities;
    return isItem || !this.model.isRoot(thing.__typename) ? number : 1;
  }

  private isKeyOf(typename: string, name: string): boolean {
    const types = this.model.isAbstract(typename) ? this.model.possibleTypes(typename) : [];
    return [typename, ...types].some((type) => this.model.isKeyField(type, name));
  }

  private ofTypes(types: readonly string[], number: number): Thing {
    const typename = types[number % types.length];
    if (typename === undefined) throw new Error('An abstract type has no type that every subgraph knows');
    return { __typename: typename, number: this.aligned(typename, number) };
  }

  /** The number of a type says which of its entity interface's types it is, so not every type can have any number. */
  private aligned(typename: string, number: number): number {
    const entityInterface = this.model.entityInterfaceOf(typename);
    if (entityInterface === undefined) return number;
    const types = this.model.possibleTypes(entityInterface);
    return number - (number % types.length) + types.indexOf(typename);
  }

  /** Keys lead back to the number, whatever the seed. */
  private keyValue(thing: Thing, fact: FieldFact, type: TypeNode): unknown {
    if (type.kind === Kind.NON_NULL_TYPE) return this.keyValue(thing, fact, type.type);
    if (type.kind === Kind.LIST_TYPE) {
      return [0, 100].map((more) => this.keyValue({ ...thing, number: thing.number + more }, fact, type.type));
    }
    const name = type.name.value;
    if (this.model.isComposite(name)) return this.thing(name, thing.number);
    return name === 'Int' ? thing.number : `${fact.name}-${String(thing.number)}`;
  }

  private pick(thing: Thing, fields: SelectionSetNode): Record<string, unknown> {
    const picked: Record<string, unknown> = {};
    for (const selection of fields.selections) {
      if (selection.kind === Kind.FIELD && selection.name.value !== '__typename') {
        const name = selection.name.value;
        const args = this.literalArguments(thing, name, selection.arguments);
        picked[name] = this.pickInto(this.wholeValue(thing, name, args), selection.selectionSet);
      } else if (selection.kind === Kind.INLINE_FRAGMENT && applies(this.model, selection, thing.__typename)) {
        Object.assign(picked, this.pick(thing, selection.selectionSet));
      }
    }
    return picked;
  }

  private pickInto(value: unknown, fields: SelectionSetNode | undefined): unknown {
    if (!fields || value === null) return value;
    return Array.isArray(value) ? value.map((item) => this.pickInto(item, fields)) : this.pick(value as Thing, fields);
  }

  private literalArguments(
    thing: Thing,
    name: string,
    given: readonly { name: { value: string }; value: Parameters<typeof valueFromASTUntyped>[0] }[] | undefined,
  ): Record<string, unknown> {
    const fact = this.model.fact(thing.__typename, name);
    return Object.fromEntries(
      fact.arguments.flatMap((argument): [string, unknown][] => {
        const value = given?.find((one) => one.name.value === argument.name.value)?.value ?? argument.defaultValue;
        return value ? [[argument.name.value, valueFromASTUntyped(value)]] : [];
      }),
    );
  }

  /** Any number at all, but always the same one here; 0 while the world is calm. */
  private wild({ fact, number, thing, salt }: Place, what: string): number {
    if (this.seed === null) return 0;
    const text = [this.seed, fact.typename, fact.name, thing.number, number, salt, what].join('\n');
    return createHash('sha1').update(text).digest().readUInt32BE(0);
  }
}

/** Whether a fragment of a field set takes in objects of this type. */
export function applies(
  model: Model,
  { typeCondition }: { readonly typeCondition?: { readonly name: { readonly value: string } } | undefined },
  typename: string,
): boolean {
  const name = typeCondition?.name.value;
  return name === undefined || name === typename || model.possibleTypes(name).includes(typename);
}

/** The number a key leads back to; keys end in it. */
export function numberIn(value: unknown): number | null {
  if (typeof value === 'number') return isIdentity(value) ? value : null;
  if (typeof value === 'string') {
    const digits = /(\d{1,6})$/.exec(value)?.[1];
    return digits === undefined ? null : Number(digits);
  }
  if (typeof value !== 'object' || value === null) return null;
  const inside = Object.entries(value).filter(([name]) => name !== '__typename');
  return inside.map(([, one]) => numberIn(one)).find((found) => found !== null) ?? null;
}

function isIdentity(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 1e6;
}

function leafOf(name: string, { fact, number, salt }: Place, enumValues: readonly string[] | undefined): unknown {
  const text = `${fact.typename}.${fact.name} ${String(number)}${salt}`;
  const varied = number + (salt === '' ? 0 : createHash('sha1').update(salt).digest().readUInt16BE(0));
  if (enumValues) return enumValues[varied % enumValues.length];
  switch (name) {
    case 'String':
      return text;
    case 'ID':
      return `${fact.name}-${String(number)}${salt}`;
    case 'Int':
      return varied;
    case 'Float':
      return varied + 0.5;
    case 'Boolean':
      return varied % 2 === 1;
    default:
      // A scalar of the supergraph's own, whose values are any JSON.
      return varied % 3 === 0 ? [text, null] : { of: text, list: [{ number }] };
  }
}

function saltOf({ args, required }: Asked): string {
  const given = Object.keys(args).length > 0 ? ` ${stable(args)}` : '';
  return required === undefined ? given : `${given} <- ${stable(required)}`;
}

/** JSON whose keys are sorted. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'undefined' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, inside]) => `${JSON.stringify(name)}:${stable(inside)}`).join(',')}}`;
}

import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { type Choices } from './choices';
import { VariableReference, inputValue, printValue } from './input-values';
import { type Question } from './supergraph';

const maxDepth = 6;
/** Past this a list of lists of lists makes more rows than it teaches. */
const maxFields = 40;

/** What may be written under a response key of one level without a conflict with what is there already. */
interface Level {
  readonly keys: Map<string, { readonly signature: string; readonly below: Level }>;
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly defaultText: string | null;
}

export interface GeneratorOptions {
  readonly schema: GraphQLSchema;
  /** Names of fields by which plans join objects: aliases of such names are the dangerous ones. */
  readonly joined: readonly string[];
  /** Queries alone, in which fragments may be deferred. */
  readonly defers: boolean;
}

/** Writes one operation that is valid nearly always; whoever uses it validates it. */
export class OperationGenerator {
  private readonly variables: Variable[] = [];
  private readonly values: Record<string, unknown> = {};
  private readonly fragments: { readonly name: string; readonly on: string; readonly text: string }[] = [];
  private aliases = 0;
  private fields = 0;
  private readonly schema: GraphQLSchema;

  constructor(
    private readonly options: GeneratorOptions,
    private readonly choices: Choices,
  ) {
    this.schema = options.schema;
  }

  generate(): Question {
    const mutation = this.schema.getMutationType();
    const query = this.schema.getQueryType();
    const root = mutation && !this.options.defers && this.choices.chance(15) ? mutation : query;
    if (!root) throw new Error('The schema has no Query');
    const selections = this.selections(root, newLevel(), 1);
    const definitions = this.variables.map(
      ({ name, type, defaultText }) => `$${name}: ${type}${defaultText === null ? '' : ` = ${defaultText}`}`,
    );
    const parameters = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
    const keyword = root === mutation ? 'mutation' : 'query';
    const named = this.choices.chance(30) ? ' Generated' : '';
    const fragments = this.fragments.map(({ name, on, text }) => `fragment ${name} on ${on} ${text}`);
    return {
      source: [`${keyword}${named}${parameters} ${selections}`, ...fragments].join('\n'),
      variables: JSON.parse(JSON.stringify(this.values)) as Record<string, unknown>,
    };
  }

  private selections(type: GraphQLCompositeType, level: Level, depth: number): string {
    const wanted = 1 + this.choices.below(depth === 1 ? 3 : 4);
    const texts = Array.from({ length: wanted }, () => this.selection(type, level, depth)).filter(
      (text) => text !== '',
    );
    return texts.length > 0 ? `{ ${texts.join(' ')} }` : '{ __typename }';
  }

  private selection(type: GraphQLCompositeType, level: Level, depth: number): string {
    const kind = this.choices.below(100);
    if (kind >= 94 || (depth >= maxDepth && isUnionType(type))) return this.typename(level);
    const fragments = isAbstractType(type) ? 45 : 80;
    if (isUnionType(type) || (kind >= fragments && depth < maxDepth)) return this.fragment(type, level, depth);
    const fields = Object.values(type.getFields()).filter((field) => this.fits(field, depth));
    return fields.length > 0 ? this.field(type, this.choices.of(fields), { level, depth }) : '__typename';
  }

  private fits(field: GraphQLField<unknown, unknown>, depth: number): boolean {
    return isLeafType(getNamedType(field.type)) || (depth < maxDepth && this.fields < maxFields);
  }

  private typename(level: Level): string {
    const alias = this.choices.chance(30) ? this.freshAlias() : null;
    level.keys.set(alias ?? '__typename', { signature: '__typename', below: newLevel() });
    return alias === null ? '__typename' : `${alias}: __typename`;
  }

  private field(
    parent: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
    { level, depth }: { level: Level; depth: number },
  ): string {
    this.fields += 1;
    const args = this.argumentsOf(field.args);
    const signature = `${field.name}${args} ${String(field.type)}`;
    const key = this.responseKey(parent, field, { level, signature });
    const entry = level.keys.get(key) ?? { signature, below: newLevel() };
    level.keys.set(key, entry);
    const named = getNamedType(field.type);
    const below = isCompositeType(named) ? ` ${this.selections(named, entry.below, depth + 1)}` : '';
    const alias = key === field.name ? '' : `${key}: `;
    return `${alias}${field.name}${args}${this.directives()}${below}`;
  }

  /** The field's name, a dangerous alias, or, where that would conflict, one that is like no other. */
  private responseKey(
    parent: GraphQLCompositeType,
    { name }: GraphQLField<unknown, unknown>,
    { level, signature }: { level: Level; signature: string },
  ): string {
    const siblings = isUnionType(parent) ? [] : Object.keys(parent.getFields());
    const key = this.choices.chance(25) ? this.choices.of([...siblings, ...this.options.joined, 'a', 'b']) : name;
    const taken = level.keys.get(key);
    return taken && taken.signature !== signature ? this.freshAlias() : key;
  }

  private freshAlias(): string {
    this.aliases += 1;
    return `x${String(this.aliases)}`;
  }

  private fragment(type: GraphQLCompositeType, level: Level, depth: number): string {
    const known = this.fragments.filter(({ on }) => this.overlaps(type, on));
    if (known.length > 0 && this.choices.chance(15))
      return `...${this.choices.of(known).name}${this.directivesOfFragment()}`;
    const conditions = this.conditionsFor(type);
    const condition = this.choices.of(conditions);
    const deeper = depth + (condition === type.name ? 1 : 0.5);
    // On types that no object is both of, one key may mean two things.
    const own = this.choices.chance(20) && condition !== type.name ? newLevel() : level;
    const on = this.schema.getType(condition);
    if (!isCompositeType(on)) return '';
    if (this.choices.chance(20)) {
      const text = this.selections(on, own, deeper);
      const name = `F${String(this.fragments.length)}`;
      this.fragments.push({ name, on: condition, text });
      return `...${name}${this.directivesOfFragment()}`;
    }
    const typed = condition === type.name && this.choices.chance(50) ? '' : ` on ${condition}`;
    return `...${typed}${this.directivesOfFragment()} ${this.selections(on, own, deeper)}`;
  }

  private conditionsFor(type: GraphQLCompositeType): string[] {
    const all = Object.values(this.schema.getTypeMap()).filter((one) => isCompositeType(one));
    return all.map(({ name }) => name).filter((name) => !name.startsWith('__') && this.overlaps(type, name));
  }

  private overlaps(type: GraphQLCompositeType, name: string): boolean {
    const other = this.schema.getType(name);
    return isCompositeType(other) && this.possible(type).some((one) => this.possible(other).includes(one));
  }

  private possible(type: GraphQLCompositeType): string[] {
    return (isObjectType(type) ? [type] : this.schema.getPossibleTypes(type)).map(({ name }) => name);
  }

  private argumentsOf(args: readonly GraphQLArgument[]): string {
    const given = args.filter((argument) => isRequiredArgument(argument) || this.choices.chance(50));
    const texts = given.map((argument) => {
      const context = {
        choices: this.choices,
        variable: (type: GraphQLInputType) => this.variable(type, argument.name),
      };
      return `${argument.name}: ${printValue(inputValue(argument.type, argument.name, context))}`;
    });
    return texts.length > 0 ? `(${texts.join(', ')})` : '';
  }

  private directivesOfFragment(): string {
    const others = this.directives();
    if (!this.options.defers || !this.choices.chance(60)) return others;
    return `${others} @defer${this.choices.of(['', '(if: true)', `(label: "${this.freshAlias()}")`, `(if: ${this.condition()})`])}`;
  }

  private directives(): string {
    const kind = this.choices.below(100);
    if (kind < 86) return '';
    const names = kind < 98 ? [this.choices.of(['skip', 'include'])] : ['skip', 'include'];
    return names.map((name) => ` @${name}(if: ${this.condition()})`).join('');
  }

  private condition(): string {
    if (this.choices.chance(30)) return this.choices.of(['false', 'true']);
    const known = this.variables.filter(({ type }) => type === 'Boolean!');
    if (known.length > 0 && this.choices.chance(60)) return `$${this.choices.of(known).name}`;
    return `$${this.declare('Boolean!', { given: this.choices.chance(50) })}`;
  }

  private variable(type: GraphQLInputType, name: string): VariableReference | null {
    const text = String(type);
    const known = this.variables.filter((one) => one.type === text || one.type === `${text}!`);
    if (known.length > 0 && this.choices.chance(40)) return new VariableReference(this.choices.of(known).name);
    const constant = { choices: this.choices };
    if (isNonNullType(type)) {
      return new VariableReference(this.declare(text, { given: inputValue(type, name, constant) }));
    }
    const withDefault = this.choices.chance(30) ? { defaultText: printValue(inputValue(type, name, constant)) } : {};
    const given = this.choices.chance(70) ? { given: inputValue(type, name, constant) } : {};
    return new VariableReference(this.declare(text, { ...withDefault, ...given }));
  }

  private declare(
    type: string,
    { given, defaultText = null }: { given?: unknown; defaultText?: string | null },
  ): string {
    const name = `v${String(this.variables.length)}`;
    this.variables.push({ name, type, defaultText });
    if (given !== undefined) this.values[name] = given;
    return name;
  }
}

function newLevel(): Level {
  return { keys: new Map() };
}

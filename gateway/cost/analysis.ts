import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { ArgumentCosts } from './argument-cost';
import { type CostDirectives, type ListSize } from './cost-directives';
import { Formula, type Size, type Term, type Variables } from './formula';
import { sizeOf } from './list-sizes';

/** Reading the schema is answered from memory, once, whatever is selected of it. */
const schemaCost = 100;

interface AnalysisOptions {
  readonly schema: GraphQLSchema;
  readonly directives: CostDirectives;
  readonly assumedListSize: number;
  readonly document: DocumentNode;
}

/** The size that a field says some of the lists within it have, as a connection does for its nodes. */
interface SizedFields {
  /** Equal for equal sizes of equal fields. */
  readonly key: string;
  readonly names: ReadonlySet<string>;
  readonly size: Size;
}

interface FieldOfType {
  readonly type: GraphQLObjectType;
  readonly coordinate: string;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

/** Works out the cost of one document. Each selection is looked at once per type it may be of. */
export class Analysis {
  readonly formula = new Formula();
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly costsOfArguments: ArgumentCosts;
  private readonly known = new Map<string, Term>();
  private readonly ids = new Map<object, number>();

  constructor(private readonly options: AnalysisOptions) {
    const { document, directives } = options;
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    this.costsOfArguments = new ArgumentCosts(directives.weights);
  }

  costOfOperation({ operation, selectionSet }: OperationDefinitionNode): Term {
    const type = this.options.schema.getRootType(operation);
    return type ? this.costOfSet(selectionSet, type, null) : 0;
  }

  defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
    const entries = variableDefinitions.map(({ variable, defaultValue }): [string, unknown] => [
      variable.name.value,
      defaultValue && valueFromASTUntyped(defaultValue),
    ]);
    return Object.fromEntries(entries);
  }

  private costOfSet(set: SelectionSetNode, type: GraphQLObjectType, sized: SizedFields | null): Term {
    const key = `${String(this.idOf(set))} ${type.name} ${sized?.key ?? ''}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const cost = this.formula.sum(set.selections.map((selection) => this.costOfSelection(selection, type, sized)));
    this.known.set(key, cost);
    return cost;
  }

  private costOfSelection(selection: SelectionNode, type: GraphQLObjectType, sized: SizedFields | null): Term {
    if (selection.kind === Kind.FIELD) return this.costOfField(selection, type, sized);
    const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
    const condition = part?.typeCondition?.name.value ?? type.name;
    return part && this.isOf(type, condition) ? this.costOfSet(part.selectionSet, type, sized) : 0;
  }

  private isOf(type: GraphQLObjectType, condition: string): boolean {
    if (condition === type.name) return true;
    const wanted = this.options.schema.getType(condition);
    return isAbstractType(wanted) && this.options.schema.isSubType(wanted, type);
  }

  private costOfField(node: FieldNode, type: GraphQLObjectType, sized: SizedFields | null): Term {
    const name = node.name.value;
    if (name === '__schema' || name === '__type') return schemaCost;
    const definition = type.getFields()[name];
    if (!definition) return 0;
    const field = { type, definition, node, coordinate: `${type.name}.${name}` };
    const item = this.costOfItem(field);
    const whole = isListType(getNullableType(definition.type))
      ? this.formula.times(this.sizeOfList(field, sized), item)
      : item;
    return this.formula.sum([whole, ...this.costOfArguments(field)]);
  }

  /** The field's own weight wins over that of its type. */
  private costOfItem(field: FieldOfType): Term {
    const type = getNamedType(field.definition.type);
    const weight = this.inherited(field, (coordinate) => this.options.directives.weights.get(coordinate));
    const { selectionSet } = field.node;
    if (!selectionSet) return weight ?? this.weightOf(type);
    const sized = this.sizedFieldsOf(field);
    const { formula } = this;
    return formula.max(
      this.concreteTypes(type).map((concrete) =>
        formula.sum([weight ?? this.weightOf(concrete), this.costOfSet(selectionSet, concrete, sized)]),
      ),
    );
  }

  private costOfArguments({ type, definition, node }: FieldOfType): Term[] {
    return (node.arguments ?? []).flatMap((given) => {
      const argument = definition.args.find(({ name }) => name === given.name.value);
      const coordinate = `${type.name}.${definition.name}`;
      if (!argument) return [];
      return [this.costsOfArguments.termOf(this.formula, { coordinate, definition: argument, node: given })];
    });
  }

  private weightOf(type: GraphQLNamedType): number {
    return this.options.directives.weights.get(type.name) ?? (isLeafType(type) ? 0 : 1);
  }

  private sizeOfList(field: FieldOfType, sized: SizedFields | null): Size {
    const outer = sized?.names.has(field.definition.name) === true ? sized.size : this.options.assumedListSize;
    const listSize = this.listSizeOf(field);
    return listSize?.sizedFields.size === 0 ? sizeOf(listSize, field, outer) : outer;
  }

  private sizedFieldsOf(field: FieldOfType): SizedFields | null {
    const listSize = this.listSizeOf(field);
    if (!listSize || listSize.sizedFields.size === 0) return null;
    const size = sizeOf(listSize, field, this.options.assumedListSize);
    const key = typeof size === 'number' ? String(size) : `by ${String(this.idOf(field.node))} ${field.type.name}`;
    return { key: `${field.coordinate} ${key}`, names: listSize.sizedFields, size };
  }

  private listSizeOf(field: FieldOfType): ListSize | undefined {
    return this.inherited(field, (coordinate) => this.options.directives.listSizes.get(coordinate));
  }

  /** What is said of a field of an interface holds for its implementers, unless they say otherwise. */
  private inherited<Said>(
    { type, definition }: FieldOfType,
    read: (coordinate: string) => Said | undefined,
  ): Said | undefined {
    for (const { name } of [type, ...type.getInterfaces()]) {
      const said = read(`${name}.${definition.name}`);
      if (said !== undefined) return said;
    }
    return undefined;
  }

  private concreteTypes(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type];
    return isAbstractType(type) ? this.options.schema.getPossibleTypes(type) : [];
  }

  private idOf(node: object): number {
    const known = this.ids.get(node);
    if (known !== undefined) return known;
    this.ids.set(node, this.ids.size);
    return this.ids.size - 1;
  }
}

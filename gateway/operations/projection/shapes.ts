import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type AccessRule } from '#shared/auth';
import { denialError } from '../../authorize';
import { type CollectContext, collectFields } from '../collect-fields';
import { type ResponseKeys, isIntrospective } from '../response-keys';
import { type Complete, type FieldShape, type Form, type Source } from './form';
import { leafCheck, quickTest } from './leaf';
import { type ProjectionRun, bubble } from './projection-run';

/** The rule that keeps the callers of a variant from a field, if one does. */
export interface DeniedFields {
  denialOf(type: GraphQLObjectType, fieldName: string): AccessRule | null;
}

export interface ShapeContext extends CollectContext {
  readonly keys: ResponseKeys;
  readonly denied: DeniedFields;
}

type Composite = GraphQLObjectType | GraphQLInterfaceType;

/** Compiles selections for one set of conditions. Each selection on each type is compiled when it first occurs. */
export class Shapes {
  constructor(
    private readonly context: ShapeContext,
    private readonly form: Form,
  ) {}

  /** @param type an interface where nobody has told what the object is: then nothing was selected that depends on it */
  object(type: Composite, sets: readonly SelectionSetNode[]): Complete {
    let shape: Complete | null = null;
    return (source, run, depth) => {
      shape ??= this.form.object(this.fields(type, sets));
      return shape(source, run, depth);
    };
  }

  private fields(type: Composite, sets: readonly SelectionSetNode[]): FieldShape[] {
    return [...collectFields(this.context, type, sets)].flatMap(([key, nodes]) => {
      const [node] = nodes;
      return node ? [{ quickTest: null, sourceKey: key, ...this.field(type, node, nodes), key }] : [];
    });
  }

  private field(
    type: Composite,
    node: FieldNode,
    nodes: readonly FieldNode[],
  ): Pick<FieldShape, 'complete'> & Partial<FieldShape> {
    const name = node.name.value;
    if (name === '__typename') return { complete: this.typename(type) };
    const sourceKey = this.context.keys.planned(node);
    if (isIntrospective(node))
      return { complete: (_value, run) => this.form.leaf(run.introspection[sourceKey] ?? null, run) };
    const definition = type.getFields()[name];
    if (!definition) return { complete: (_value, run) => this.form.leaf(null, run) };
    const rule = this.denialOf(type, name);
    if (rule) return { complete: this.deny(rule, definition.type) };
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const complete = this.value(definition.type, sets, `${type.name}.${name}`);
    return { sourceKey, complete, quickTest: quickTest(definition.type) };
  }

  /** The type of an object that a caller may know nothing of is no secret less than its fields. */
  private typename(type: Composite): Complete {
    if (isInterfaceType(type)) return () => bubble;
    const rule = this.denialOf(type, TypeNameMetaFieldDef.name);
    if (rule) return this.deny(rule, TypeNameMetaFieldDef.type);
    return (_value, run) => this.form.leaf(type.name, run);
  }

  /** An object of unknown type may be of the one that is denied. */
  private denialOf(type: Composite, fieldName: string): AccessRule | null {
    const { denied, schema } = this.context;
    if (isObjectType(type)) return denied.denialOf(type, fieldName);
    for (const member of schema.getPossibleTypes(type)) {
      const rule = denied.denialOf(member, fieldName);
      if (rule) return rule;
    }
    return null;
  }

  private value(type: GraphQLOutputType, sets: readonly SelectionSetNode[], field: string): Complete {
    if (isNonNullType(type)) {
      const complete = this.present(type.ofType, sets, field);
      return (value, run, depth) => {
        if (value === null || value === undefined) run.forbid(depth, field);
        else return complete(value, run, depth) ?? bubble;
        return bubble;
      };
    }
    return this.form.orNull(this.present(type, sets, field));
  }

  /** For values that are there. Null for one that does not fit. */
  private present(type: GraphQLOutputType, sets: readonly SelectionSetNode[], field: string): Complete {
    if (isListType(type)) return this.list(type.ofType, sets, field);
    if (isLeafType(type)) {
      const fits = leafCheck(type);
      const { form } = this;
      return (value, run, depth) => (fits(value) ? form.leaf(value, run) : unfit(run, depth, field));
    }
    const complete = isObjectType(type) ? this.object(type, sets) : this.abstract(type, sets);
    return (value, run, depth) => {
      if (typeof value !== 'object' || Array.isArray(value)) return unfit(run, depth, field);
      const completed = run.isShared(value)
        ? run.once(complete, value, { make: () => complete(value, run, depth), form: this.form })
        : complete(value, run, depth);
      return completed ?? unfit(run, depth, field);
    };
  }

  private list(type: GraphQLOutputType, sets: readonly SelectionSetNode[], field: string): Complete {
    const complete = this.value(type, sets, field);
    const { form } = this;
    const shape: Complete = (values, run, depth) =>
      Array.isArray(values) ? form.list(values, complete, { run, depth }) : unfit(run, depth, field);
    if (sets.length === 0) return shape;
    return (values, run, depth) => run.once(shape, values, { make: () => shape(values, run, depth), form });
  }

  /** By the type that each object says it is. Null for one that clients do not know. */
  private abstract(declared: GraphQLAbstractType, sets: readonly SelectionSetNode[]): Complete {
    const shapes = new Map<unknown, Complete | null>();
    const shapeOf = (name: unknown): Complete | null => {
      // A subgraph that knows an interface as one type says nothing of the type, and was asked nothing that depends on it.
      const type = typeof name === 'string' ? this.context.schema.getType(name) : declared;
      const shape = isObjectType(type) || isInterfaceType(type) ? this.object(type, sets) : null;
      shapes.set(name, shape);
      return shape;
    };
    return (value, run, depth) => {
      const name = (value as Source)['__typename'];
      const known = shapes.get(name);
      const shape = known === undefined ? shapeOf(name) : known;
      return shape ? shape(value, run, depth) : null;
    };
  }

  private deny(rule: AccessRule, type: GraphQLOutputType): Complete {
    const mayBeNull = !isNonNullType(type);
    return (_value, run, depth) => {
      run.deny(denialError(rule, run.actor, run.path.slice(0, depth)));
      return mayBeNull ? this.form.leaf(null, run) : bubble;
    };
  }
}

function unfit(run: ProjectionRun, depth: number, field: string): null {
  run.forbid(depth, field);
  return null;
}

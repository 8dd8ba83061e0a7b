import {
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { type Actor } from '#shared/auth';
import { denialError } from '../../authorize';
import { BoundedCache } from '#shared/cache';
import { collectFields } from '../collect-fields';
import { type ResponseKeys } from '../response-keys';
import { byteForm } from './byte-form';
import { answerWriter as writer } from './byte-writer';
import { type Complete, type Form } from './form';
import { ProjectionRun, bubble } from './projection-run';
import { type DeniedFields, Shapes } from './shapes';
import { valueForm } from './value-form';

/** Every combination of the variables of `@skip` and `@include` is a shape; more at a time than this are not kept. */
const shapesPerVariant = 64;

export interface ProjectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly keys: ResponseKeys;
  readonly denied: DeniedFields;
  readonly rootType: GraphQLObjectType;
  readonly selectionSet: SelectionSetNode;
  /** Names of the variables that decide what is selected. */
  readonly conditions: readonly string[];
}

export interface Projected<Data = Record<string, unknown> | null> {
  readonly data: Data;
  /** Of the projection: denied fields, and values that no other error explains. */
  readonly errors: readonly GraphQLError[];
}

type Variables = Readonly<Record<string, unknown>>;

export interface ProjectionInput {
  /** What was fetched, with more in it than was asked. */
  readonly source: Readonly<Record<string, unknown>>;
  /** Objects of it that stand in several places. */
  readonly shared?: ReadonlySet<unknown> | undefined;
  /** Errors of the fetches. */
  readonly errors: readonly GraphQLError[];
  readonly variables: Variables;
  readonly actor: Actor | null;
  readonly introspection: Variables;
}

/**
 * Gives what was fetched the shape that the client asked for (specification §6.4): in the order of its selections, with
 * its names, nulls that bubble, and denied fields null, each with its error. Compiled once for each variant.
 */
export class Projection {
  private readonly values = new BoundedCache<string, Complete>(shapesPerVariant);
  private readonly bytes = new BoundedCache<string, Complete>(shapesPerVariant);

  constructor(private readonly context: ProjectionContext) {}

  project(input: ProjectionInput): Projected {
    const run = new ProjectionRun(input);
    const data = this.shapeFor(this.values, valueForm, input)(input.source, run, 0);
    return { data: data === bubble ? null : (data as Record<string, unknown>), errors: errorsOf(run, input) };
  }

  /** The same as bytes of JSON: an object with `data` in it. */
  write(input: ProjectionInput): Projected<Buffer> {
    writer.cutTo(0);
    writer.plain('{"data":');
    const start = writer.length;
    const run = new ProjectionRun(input);
    if (this.shapeFor(this.bytes, byteForm, input)(input.source, run, 0) === bubble) {
      writer.cutTo(start);
      writer.plain('null');
    }
    writer.plain('}');
    return { data: writer.take(), errors: errorsOf(run, input) };
  }

  /** The denials among the root fields, none of which is looked into. */
  rootDenials(variables: Variables, actor: Actor | null): GraphQLError[] {
    const { rootType, selectionSet, denied } = this.context;
    return [...collectFields({ ...this.context, variables }, rootType, [selectionSet])].flatMap(([key, [field]]) => {
      const rule = field && denied.denialOf(rootType, field.name.value);
      return rule ? [denialError(rule, actor, [key])] : [];
    });
  }

  private shapeFor(shapes: BoundedCache<string, Complete>, form: Form, { variables }: ProjectionInput): Complete {
    const { rootType, selectionSet, conditions } = this.context;
    const key = conditions.map((name) => (variables[name] === true ? '1' : '0')).join('');
    return shapes.getOrMake(key, () =>
      new Shapes({ ...this.context, variables }, form).object(rootType, [selectionSet]),
    );
  }
}

function errorsOf(run: ProjectionRun, { errors }: ProjectionInput): GraphQLError[] {
  return [...run.denials, ...run.unexplained(errors)];
}

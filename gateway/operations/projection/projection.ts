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
import { type Complete } from './object-shape';
import { ProjectionRun, bubble } from './projection-run';
import { type DeniedFields, Shapes } from './shapes';

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

export interface Projected {
  readonly data: Record<string, unknown> | null;
  /** Of the projection: denied fields, and values that no other error explains. */
  readonly errors: readonly GraphQLError[];
}

type Variables = Readonly<Record<string, unknown>>;

export interface ProjectionInput {
  /** What was fetched, with more in it than was asked. */
  readonly source: Readonly<Record<string, unknown>>;
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
  private readonly shapes = new BoundedCache<string, Complete>(shapesPerVariant);

  constructor(private readonly context: ProjectionContext) {}

  project({ source, errors, variables, actor, introspection }: ProjectionInput): Projected {
    const run = new ProjectionRun(actor, introspection);
    const data = this.shapeFor(variables)(source, run, 0);
    return {
      data: data === bubble ? null : (data as Record<string, unknown>),
      errors: [...run.denials, ...run.unexplained(errors)],
    };
  }

  /** The denials among the root fields, none of which is looked into. */
  rootDenials(variables: Variables, actor: Actor | null): GraphQLError[] {
    const { rootType, selectionSet, denied } = this.context;
    return [...collectFields({ ...this.context, variables }, rootType, [selectionSet])].flatMap(([key, [field]]) => {
      const rule = field && denied.denialOf(rootType, field.name.value);
      return rule ? [denialError(rule, actor, [key])] : [];
    });
  }

  private shapeFor(variables: Variables): Complete {
    const { rootType, selectionSet, conditions } = this.context;
    const key = conditions.map((name) => (variables[name] === true ? '1' : '0')).join('');
    return this.shapes.getOrMake(key, () =>
      new Shapes({ ...this.context, variables }).object(rootType, [selectionSet]),
    );
  }
}

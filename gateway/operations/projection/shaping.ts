import { type GraphQLError, type GraphQLObjectType, type SelectionSetNode } from 'graphql';
import { type Actor } from '#shared/auth';
import { type Projected } from './projection';
import { type Path, ProjectionRun, bubble } from './projection-run';
import { type ShapeContext, Shapes } from './shapes';
import { valueForm } from './value-form';

export interface ShapingInput {
  readonly type: GraphQLObjectType;
  readonly set: SelectionSetNode;
  readonly source: Readonly<Record<string, unknown>>;
  /** Of the object in the whole answer. */
  readonly path: Path;
  readonly errors: readonly GraphQLError[];
  readonly actor: Actor | null;
  readonly introspection: Readonly<Record<string, unknown>>;
}

/** Shapes parts of one answer; what is null within a part goes no further up than the part. */
export class Shaping {
  private readonly shapes: Shapes;

  constructor(context: ShapeContext) {
    this.shapes = new Shapes(context, valueForm);
  }

  shape({ type, set, source, path, errors, actor, introspection }: ShapingInput): Projected {
    const run = new ProjectionRun({ actor, introspection }, path);
    const data = this.shapes.object(type, [set])(source, run, path.length);
    return {
      data: data === bubble ? null : (data as Record<string, unknown>),
      errors: [...run.denials, ...run.unexplained(errors)],
    };
  }
}

import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  type SelectionSetNode,
  isObjectType,
} from 'graphql';
import { type Actor } from '#shared/auth';
import { type BegunAnswer, type DeferredPart } from '../../executor';
import { type ProjectionContext, Shaping } from '../projection';
import { type DeferrableFragment, type LabelledOperation, labelOf } from './label-fragments';
import { mergeShaped } from './merge-shaped';
import { placesOf } from './places';

type Values = Record<string, unknown>;

/** One part of an answer, for one place of it. */
export interface IncrementalPart {
  readonly label?: string;
  readonly path: readonly (string | number)[];
  readonly data: Values | null;
  readonly errors?: readonly GraphQLError[];
}

export interface IncrementalResult {
  readonly initial: ExecutionResult;
  /** Each as soon as it is there; the last says so by ending. Null when nothing was deferred after all. */
  readonly rest: AsyncGenerator<readonly IncrementalPart[]> | null;
}

interface IncrementalOptions {
  readonly labelled: LabelledOperation;
  readonly projection: Omit<ProjectionContext, 'selectionSet' | 'conditions'>;
  readonly variables: Readonly<Values>;
  readonly actor: Actor | null;
  readonly introspection: Readonly<Values>;
  readonly named: (error: GraphQLError) => GraphQLError;
}

/** Gives an answer that comes in parts its shape: each part as it arrives, for every place that was answered before. */
export class IncrementalExecution {
  private readonly deferred = new Set<string>();
  private readonly shaping: Shaping;
  private delivered: Values | null = null;

  constructor(
    private readonly options: IncrementalOptions,
    private readonly begun: BegunAnswer,
  ) {
    const { projection, variables } = options;
    for (const { label } of begun.parts) this.deferred.add(label);
    this.shaping = new Shaping({ ...projection, variables, isDeferred: (fragment) => this.isDeferred(fragment) });
  }

  result(): IncrementalResult {
    const { labelled, projection } = this.options;
    const errors = this.begun.errors.map(this.options.named);
    const shaped = this.shaping.shape({
      ...this.about(errors),
      type: projection.rootType,
      set: labelled.operation.selectionSet,
      source: this.begun.data,
      path: [],
    });
    this.delivered = shaped.data;
    const all = [...errors, ...shaped.errors];
    const initial = { ...(all.length > 0 && { errors: all }), data: shaped.data };
    return { initial, rest: this.begun.parts.length > 0 ? this.rest() : null };
  }

  private async *rest(): AsyncGenerator<readonly IncrementalPart[]> {
    const waiting = new Map<DeferredPart, Promise<{ part: DeferredPart; parts: IncrementalPart[] }>>();
    const begin = (part: DeferredPart): void => {
      waiting.set(part, this.fetch(part, begin));
    };
    this.begun.parts.forEach(begin);
    while (waiting.size > 0) {
      const { part, parts } = await Promise.race(waiting.values());
      waiting.delete(part);
      yield parts;
    }
  }

  private async fetch(
    part: DeferredPart,
    begin: (part: DeferredPart) => void,
  ): Promise<{ part: DeferredPart; parts: IncrementalPart[] }> {
    const { errors, parts } = await part.fetch();
    for (const { label } of parts) this.deferred.add(label);
    const fragment = this.options.labelled.fragments.get(part.label);
    const shaped = fragment ? this.partsOf(fragment, errors.map(this.options.named)) : [];
    parts.forEach(begin);
    return { part, parts: shaped };
  }

  private partsOf(fragment: DeferrableFragment, errors: readonly GraphQLError[]): IncrementalPart[] {
    const set: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [withoutDefer(fragment.node)] };
    const { schema } = this.options.projection;
    return placesOf(fragment, schema, { source: this.begun.data, target: this.delivered }).flatMap(
      ({ source, target, path }): IncrementalPart[] => {
        const type = typeOf(this.options.projection.schema, fragment, source);
        if (!type) return [];
        const shaped = this.shaping.shape({ ...this.about(errors), type, set, source, path });
        if (shaped.data) mergeShaped(target, shaped.data);
        const own = [
          ...errors.filter(({ path: at = [] }) => path.every((step, index) => at[index] === step)),
          ...shaped.errors,
        ];
        const label = fragment.clientLabel;
        return [{ ...(label !== null && { label }), path, data: shaped.data, ...(own.length > 0 && { errors: own }) }];
      },
    );
  }

  private about(errors: readonly GraphQLError[]): {
    errors: readonly GraphQLError[];
    actor: Actor | null;
    introspection: Readonly<Values>;
  } {
    return { errors, actor: this.options.actor, introspection: this.options.introspection };
  }

  private isDeferred(fragment: InlineFragmentNode): boolean {
    const label = labelOf(fragment);
    return label !== null && this.deferred.has(label);
  }
}

function typeOf(schema: GraphQLSchema, { parentType }: DeferrableFragment, source: Values): GraphQLObjectType | null {
  if (isObjectType(parentType)) return parentType;
  const type = schema.getType(String(source['__typename']));
  return isObjectType(type) ? type : null;
}

function withoutDefer(fragment: InlineFragmentNode): InlineFragmentNode {
  return { ...fragment, directives: (fragment.directives ?? []).filter(({ name }) => name.value !== 'defer') };
}

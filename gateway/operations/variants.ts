import { GraphQLError, Kind } from 'graphql';
import { type DeniedRules } from '../authorize';
import { BoundedCache } from '#shared/cache';
import { type Planner } from '../executor';
import { type CutContext, cutDocument } from './cut-document';
import { conditionVariables, someField, withoutDefer } from './document-facts';
import { labelFragments, withoutClientLabels } from './incremental';
import {
  type OperationInParts,
  type OperationVariant,
  type PreparedOperation,
  type SiftedOperation,
} from './prepared-operation';
import { type Members } from './members';
import { Projection, type ProjectionContext } from './projection';
import { settleConditions } from './settle-conditions';

/** Plans for combinations of conditions; more at a time than this are not kept. */
const plansPerVariant = 64;

type Variables = Readonly<Record<string, unknown>>;

/** Makes the variants of operations: what callers with the same denials run. */
export class Variants {
  constructor(
    private readonly context: CutContext,
    private readonly planner: Planner,
    private readonly members: Members,
  ) {}

  make(prepared: PreparedOperation, denied: DeniedRules): OperationVariant {
    const { conditions, operation } = prepared;
    const context = this.contextOf(prepared, denied);
    const projection = new Projection({ ...context, conditions, selectionSet: operation.selectionSet });
    const defers = conditionVariables(prepared.document, ['skip', 'include', 'defer']);
    const parts = new BoundedCache<string, { readonly plan: OperationInParts | null }>(plansPerVariant);
    const plans = new BoundedCache<string, SiftedOperation>(plansPerVariant);
    return {
      denied,
      projection,
      inParts: (variables) => {
        // What is not given defers, and what is null selects nothing: each value is a combination of its own.
        const key = JSON.stringify(defers.map((name) => variables[name] ?? null));
        return parts.getOrMake(key, () => ({ plan: this.planInParts(prepared, denied, variables) })).plan;
      },
      planFor: (variables) =>
        plans.getOrMake(combinationOf(conditions, variables), () => this.plan(prepared, denied, variables)),
    };
  }

  /** For the projection of what some callers may have. */
  contextOf(
    { fragments, rootType }: PreparedOperation,
    denied: DeniedRules,
  ): Omit<ProjectionContext, 'selectionSet' | 'conditions'> {
    const { authorizer } = this.context;
    return {
      ...this.context,
      fragments,
      rootType,
      denied: { denialOf: (type, fieldName) => authorizer.denialOf(type, fieldName, denied) },
    };
  }

  private planInParts(
    { operation, fragments, rootType }: PreparedOperation,
    denied: DeniedRules,
    variables: Variables,
  ): OperationInParts | null {
    const labelled = labelFragments(operation, { ...this.context, fragments, rootType, variables });
    if (!labelled) return null;
    const settled = settleConditions(labelled.document, variables);
    const cut = withoutClientLabels(cutDocument(settled, denied, this.context));
    const [cutOperation] = cut.definitions;
    if (cutOperation?.kind !== Kind.OPERATION_DEFINITION) throw lostOperation();
    const planned = this.planner.planInParts(cut, cutOperation);
    return planned && { labelled, planned };
  }

  /** @param variables of `@skip` and `@include`, which are settled before: the planner is not always right about them */
  private plan(
    { document: asked, operation }: PreparedOperation,
    denied: DeniedRules,
    variables: Variables,
  ): SiftedOperation {
    const position = asked.definitions.indexOf(operation);
    // The planner does not take what it is not to defer for the same as what says nothing of it.
    const settled = settleConditions(withoutDefer(asked), variables);
    const isAsItIs = denied.size === 0 && !someField(settled, (field) => this.context.keys.isRenamed(field));
    const cut = isAsItIs ? settled : cutDocument(settled, denied, this.context);
    const asking = this.members.selectIn(cut);
    const document = asking ?? cut;
    const own = document.definitions[position];
    if (own?.kind !== Kind.OPERATION_DEFINITION) throw lostOperation();
    const planned = this.planner.plan(document, own);
    return { ...planned, sieve: asking && this.members.sieveFor(planned) };
  }
}

/** Names one combination of the variables that decide what is selected. */
export function combinationOf(conditions: readonly string[], variables: Variables): string {
  return conditions.map((name) => (variables[name] === true ? '1' : '0')).join('');
}

function lostOperation(): GraphQLError {
  return new GraphQLError('The operation was lost while it was cut');
}

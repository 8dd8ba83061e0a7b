import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { Analysis } from './analysis';
import { type CostDirectives, readCostDirectives } from './cost-directives';
import { type Variables } from './formula';

/**
 * Most lists without `@listSize` are parts of one thing (the names of a person, the findings of a case): a handful. What
 * can be long is a connection, whose page size is known. Ten errs on the dear side without refusing what people read.
 */
const assumedListSize = 10;

export interface CostModelOptions {
  /** Items of a list of which the schema says nothing; default 10. */
  readonly assumedListSize?: number;
}

/** What one operation costs, as a function of its variables. */
export interface CompiledCost {
  /**
   * @param variables as they came or coerced
   * @throws {DomainError} BAD_USER_INPUT when a list's slicing arguments are not as its `@listSize` requires
   */
  of(variables: Variables): number;
}

/**
 * Costs as the cost directives of IBM and Apollo Router's static estimate count them: an object is 1, a leaf 0, a
 * mutation 10 to begin with; `@cost` says otherwise; a list is its item times its size; an interface or union is its
 * dearest type. It is an upper bound: what `@skip` and `@include` leave out and what is selected twice is counted too.
 * The schema itself (`__schema`, `__type`) costs a fixed amount, for no subgraph is asked.
 */
export class CostModel {
  private readonly directives: CostDirectives;
  private readonly assumedListSize: number;

  constructor(
    policy: DocumentNode,
    private readonly schema: GraphQLSchema,
    options: CostModelOptions = {},
  ) {
    this.directives = readCostDirectives(policy);
    this.assumedListSize = options.assumedListSize ?? assumedListSize;
  }

  /** @param document a valid one: fragments in circles have no cost */
  analyse(document: DocumentNode, operation: OperationDefinitionNode): CompiledCost {
    const { schema, directives } = this;
    const analysis = new Analysis({ schema, directives, assumedListSize: this.assumedListSize, document });
    const base = operation.operation === OperationTypeNode.MUTATION ? 10 : 0;
    const { formula } = analysis;
    const cost = formula.sum([base, analysis.costOfOperation(operation)]);
    const defaults = analysis.defaultsOf(operation);
    return {
      of: (variables) => {
        if (typeof cost === 'number') return atMost(cost);
        return atMost(formula.evaluate(cost, { ...defaults, ...variables }));
      },
    };
  }
}

/** A whole number that JSON and headers can carry. */
function atMost(cost: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.ceil(cost)));
}

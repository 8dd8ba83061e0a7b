import { composeServices } from '@apollo/composition';
import { type Schema, Supergraph, operationFromDocument } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
} from 'graphql';
import { type PlannedOperation } from '../plan-executor';
import { repairPlanner } from './planner-repair';
import { type PlanningSupergraph } from './planning-supergraph';
import { type RequiredFields, withRealFields } from './required-fields';

/**
 * Plans that are weighed against each other for one operation, the most promising first. Planning holds up everything
 * else, and there may be as many plans as its choices multiply to: with the planner's own bound of 10,000 a short query
 * over interface objects took ten seconds and more, for a plan that was as good.
 */
const planning = { debug: { maxEvaluatedPlans: 300 } };

/** Plans valid documents. Building one costs about as much as loading the supergraph, so a generation has one. */
export class Planner {
  private readonly planner: QueryPlanner;
  private readonly api: Schema;
  private incremental: QueryPlanner | null = null;
  private readonly supergraph: PlanningSupergraph['supergraph'];
  private readonly requiredFields: RequiredFields;

  constructor({
    supergraph,
    guards,
    members,
    requiredFields,
  }: Pick<PlanningSupergraph, 'supergraph' | 'guards' | 'members' | 'requiredFields'>) {
    this.supergraph = supergraph;
    this.requiredFields = requiredFields;
    this.planner = new QueryPlanner(supergraph, planning);
    // Whose a guarded object is may be kept from clients, and the gateway asks for it as if it were one.
    this.api = guards.length > 0 || members ? supergraph.schema : supergraph.apiSchema();
    repairPlanner(() => {
      planOnAnySupergraph();
    });
  }

  /**
   * The same for an answer in parts, as its `@defer`s say. Most gateways never make such a plan.
   * @returns null when Apollo's planner fails at it, as it does at times where an interface is selected through a type
   */
  planInParts(document: DocumentNode, operation: OperationDefinitionNode): PlannedOperation | null {
    this.incremental ??= new QueryPlanner(this.supergraph, { ...planning, incrementalDelivery: { enableDefer: true } });
    try {
      return this.planWith(this.incremental, document, operation);
    } catch {
      // Answered in one piece it has a plan, and if it has none there either, that is where it is said.
      return null;
    }
  }

  /** As one answer. @param operation one of the operations of `document` */
  plan(document: DocumentNode, operation: OperationDefinitionNode): PlannedOperation {
    return this.planWith(this.planner, document, operation);
  }

  private planWith(
    planner: QueryPlanner,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): PlannedOperation {
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    const alone: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
    return {
      document: alone,
      operation,
      fragments: Object.fromEntries(
        fragments.map((fragment): [string, FragmentDefinitionNode] => [fragment.name.value, fragment]),
      ),
      plan: this.withRealPrimary(planner.buildQueryPlan(operationFromDocument(this.api, alone))),
    };
  }

  /** The first fetch of a subscription is sent by whoever hears the event: it must not have names of the plan. */
  private withRealPrimary(plan: QueryPlan): QueryPlan {
    if (plan.node?.kind !== 'Subscription' || this.requiredFields.size === 0) return plan;
    const { primary } = plan.node;
    const operation = print(withRealFields(parse(primary.operation), this.requiredFields));
    return { ...plan, node: { ...plan.node, primary: { ...primary, operation } } };
  }
}

function planOnAnySupergraph(): void {
  const { supergraphSdl, errors } = composeServices([
    { name: 'any', url: 'http://any', typeDefs: parse('type Query { any: Int }') },
  ]);
  if (errors) throw new Error('The smallest of supergraphs does not compose');
  const supergraph = Supergraph.build(supergraphSdl);
  const document = parse('{ any }');
  new QueryPlanner(supergraph).buildQueryPlan(operationFromDocument(supergraph.apiSchema(), document));
}

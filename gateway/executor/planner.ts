import { operationFromDocument } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql';
import { type LoadedSupergraph } from '../supergraph';
import { type PlannedOperation } from './plan-executor';

/** Plans valid documents. Building one costs about as much as loading the supergraph, so a generation has one. */
export class Planner {
  private readonly planner: QueryPlanner;

  constructor(private readonly supergraph: LoadedSupergraph) {
    this.planner = new QueryPlanner(supergraph.planning);
  }

  /** @param operation one of the operations of `document` */
  plan(document: DocumentNode, operation: OperationDefinitionNode): PlannedOperation {
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    const alone: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
    return {
      document: alone,
      operation,
      fragments: Object.fromEntries(
        fragments.map((fragment): [string, FragmentDefinitionNode] => [fragment.name.value, fragment]),
      ),
      plan: this.planner.buildQueryPlan(operationFromDocument(this.supergraph.api, alone)),
    };
  }
}

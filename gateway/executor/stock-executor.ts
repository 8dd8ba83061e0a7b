import { executeQueryPlan } from '@apollo/gateway/dist/executeQueryPlan';
import { type PlanNode, type QueryPlan } from '@apollo/query-planner';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { type Logger } from '#shared/logging';
import { type LoadedSupergraph } from '../supergraph';
import { type Subgraphs } from '../transport';
import { type ExecutionAnswer, type ExecutionRequest, type PlanExecutor, type PlannedOperation } from './plan-executor';

type ServiceMap = Parameters<typeof executeQueryPlan>[1];
type DataSource = ServiceMap[string];
type RequestContext = Parameters<typeof executeQueryPlan>[2];

/** No subgraph can be called this, so the seeded answer of a subscription cannot be mistaken for one. */
const seedService = '\0primary';

interface StockExecutorOptions {
  readonly supergraph: LoadedSupergraph;
  readonly subgraphs: Subgraphs;
  readonly log: Logger;
}

/** Runs plans with Apollo's own executor over our transports. */
export function stockExecutor({ supergraph, subgraphs, log }: StockExecutorOptions): PlanExecutor {
  const internalSchema: GraphQLSchema = supergraph.planning.schema.toGraphQLJSSchema();

  async function execute(operation: PlannedOperation, request: ExecutionRequest): Promise<ExecutionAnswer> {
    const { primary } = request;
    const services: ServiceMap = Object.fromEntries(
      subgraphs.names.map((name) => [name, dataSource(subgraphs, name, request)]),
    );
    if (primary) services[seedService] = { process: () => Promise.resolve(structuredClone(primary)) as never };
    const result = await executeQueryPlan(
      primary ? seededPlan(operation.plan) : operation.plan,
      services,
      requestContext(request, log),
      { schema: supergraph.schema, operation: operation.operation, fragments: operation.fragments },
      internalSchema,
      supergraph.api,
    );
    if (result.extensions?.['valueCompletion']) {
      // A subgraph answered null where its own schema forbids it. The null has bubbled; clients cannot do more about it.
      log.warn({ correlationId: request.correlationId }, 'A subgraph answered null for a non-null field');
    }
    return { data: result.data ?? null, errors: (result.errors ?? []).map(withoutServiceName) };
  }

  return { execute };
}

function dataSource(subgraphs: Subgraphs, name: string, { actor, correlationId }: ExecutionRequest): DataSource {
  return {
    process: async ({ request }) => {
      const { query = '', variables = {}, operationName } = request;
      const call = { query, variables, actor, correlationId, ...(operationName && { operationName }) };
      // Apollo's type wants mutable data; nobody else holds this answer.
      return (await subgraphs.execute(name, call)) as Awaited<ReturnType<DataSource['process']>>;
    },
  };
}

/** The subscription's plan as that of a query whose first fetch has been answered already. */
function seededPlan({ node }: QueryPlan): QueryPlan {
  if (node?.kind !== 'Subscription') throw new Error('Only the plan of a subscription can be seeded');
  const primary: PlanNode = { ...node.primary, serviceName: seedService };
  return { kind: 'QueryPlan', node: node.rest ? { kind: 'Sequence', nodes: [primary, node.rest] } : primary };
}

/** The executor reads no more than this of what Apollo Server would hand it. */
function requestContext({ variables }: ExecutionRequest, log: Logger): RequestContext {
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => {
      log.error({}, 'The plan executor failed');
    },
  };
  return { request: { variables: { ...variables } }, context: {}, metrics: {}, logger } as unknown as RequestContext;
}

/** Which subgraph failed is the operators' business; the path tells the client what is missing. */
function withoutServiceName(error: unknown): GraphQLError {
  // The executor also lists what it threw itself, which is no GraphQLError.
  if (!(error instanceof GraphQLError)) return new GraphQLError('The plan failed', { originalError: error as Error });
  const extensions = { ...error.extensions };
  delete extensions['serviceName'];
  const { path, originalError } = error;
  return new GraphQLError(error.message, {
    extensions,
    ...(path && { path }),
    ...(originalError && { originalError }),
  });
}

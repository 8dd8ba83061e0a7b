import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  getOperationAST,
  getVariableValues,
  visit,
} from 'graphql';
import { type Actor } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { Authorizer, type DeniedRules } from '../authorize';
import { BoundedCache } from '../cache';
import { type ExecutionAnswer, type PlanExecutor, Planner } from '../executor';
import { type LoadedSupergraph } from '../supergraph';
import { type SubgraphResult } from '../transport';
import { collectFields } from './collect-fields';
import { type CutContext, cutDocument } from './cut-document';
import { Projection, type ProjectionContext } from './projection';
import { type OperationVariant, type PreparedOperation } from './prepared-operation';
import { ResponseKeys, isIntrospective } from './response-keys';

const preparedOperations = 1_000;
const variantsPerOperation = 32;

/** Who asks, and with what. */
export interface OperationRequest {
  readonly actor: Actor | null;
  readonly correlationId: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Variables = Readonly<Record<string, unknown>>;

/** Prepares operations once and runs them for every caller: where authorization, planning and execution meet. */
export class Operations {
  private readonly authorizer: Authorizer;
  private readonly planner: Planner;
  private readonly context: CutContext;
  private readonly prepared = new BoundedCache<string, PreparedOperation>(preparedOperations);

  constructor(
    private readonly supergraph: LoadedSupergraph,
    private readonly executor: PlanExecutor,
  ) {
    const { schema } = supergraph;
    this.authorizer = new Authorizer(supergraph.policy, schema);
    this.planner = new Planner(supergraph);
    this.context = { schema, authorizer: this.authorizer, keys: new ResponseKeys(supergraph.joinedFields) };
  }

  /**
   * @param document the parsed and valid `source`
   * @throws {GraphQLError} OPERATION_RESOLUTION_FAILURE when the operation is not in the document
   */
  prepare(source: string, document: DocumentNode, operationName: string | null): PreparedOperation {
    return this.prepared.getOrMake(`${operationName ?? ''}\n${source}`, () => {
      const operation = getOperationAST(document, operationName);
      if (!operation) throw unknownOperation();
      return this.prepareOperation(document, operation);
    });
  }

  /** Runs a query or a mutation. */
  async execute(prepared: PreparedOperation, request: OperationRequest): Promise<ExecutionResult> {
    const coerced = this.coerce(prepared, request.variables);
    if ('errors' in coerced) return coerced;
    const variant = this.variantFor(prepared, request.actor);
    if (prepared.operation.operation === OperationTypeNode.MUTATION) {
      const refused = this.refusals(prepared, request, coerced.variables);
      // Half a mutation may be worse than none: nothing of it runs.
      if (refused.length > 0) return { data: null, errors: refused };
    }
    this.assertPlanned(prepared, variant, coerced.variables);
    const answer = await this.executor.execute(variant.planned, request);
    return this.shape({ prepared, variant, request, variables: coerced.variables }, answer);
  }

  /** Answers a subscription from what the owner of its root field said about one event. */
  async continueFrom(
    prepared: PreparedOperation,
    request: OperationRequest,
    primary: SubgraphResult,
  ): Promise<ExecutionResult> {
    const coerced = this.coerce(prepared, request.variables);
    if ('errors' in coerced) return coerced;
    const variant = this.variantFor(prepared, request.actor);
    const answer = await this.executor.execute(variant.planned, { ...request, primary });
    return this.shape({ prepared, variant, request, variables: coerced.variables }, answer);
  }

  /** The denied root fields of an operation, as errors. */
  refusals(prepared: PreparedOperation, request: OperationRequest, variables: Variables): GraphQLError[] {
    const { denied } = this.variantRules(prepared, request.actor);
    const projection = new Projection(this.projectionContext(prepared, request.actor, { denied, variables }));
    return projection.rootDenials(prepared.rootType, prepared.operation.selectionSet);
  }

  /** The caller's variables as the schema wants them, with defaults. */
  coerce(
    prepared: PreparedOperation,
    given: Variables,
  ): { variables: Variables } | { errors: readonly GraphQLError[] } {
    const { coerced, errors } = getVariableValues(
      this.supergraph.schema,
      prepared.operation.variableDefinitions ?? [],
      given,
      { maxErrors: 10 },
    );
    return errors ? { errors: errors.map(badVariable) } : { variables: coerced };
  }

  variantFor(prepared: PreparedOperation, actor: Actor | null): OperationVariant {
    const { key, denied } = this.variantRules(prepared, actor);
    return prepared.variants.getOrMake(key, () => this.planVariant(prepared, denied));
  }

  private variantRules(prepared: PreparedOperation, actor: Actor | null): { key: string; denied: DeniedRules } {
    const denied = this.authorizer.deniedTo(actor, prepared.rules);
    return { key: prepared.rules.map((rule) => (denied.has(rule) ? '1' : '0')).join(''), denied };
  }

  private prepareOperation(document: DocumentNode, operation: OperationDefinitionNode): PreparedOperation {
    const rootType = this.supergraph.schema.getRootType(operation.operation);
    if (!rootType) throw unknownOperation();
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    return {
      document,
      operation,
      rootType,
      fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
      rules: this.authorizer.rulesOf(document, operation),
      asksForSchema: someField(document, asksForSchema),
      variants: new BoundedCache(variantsPerOperation),
    };
  }

  private planVariant({ document, operation }: PreparedOperation, denied: DeniedRules): OperationVariant {
    const isReshaped = denied.size > 0 || someField(document, (field) => this.context.keys.isRenamed(field));
    if (!isReshaped) return { denied, isReshaped, planned: this.planner.plan(document, operation) };
    const cut = cutDocument(document, denied, this.context);
    const cutOperation = cut.definitions[document.definitions.indexOf(operation)];
    if (cutOperation?.kind !== Kind.OPERATION_DEFINITION) throw unknownOperation();
    return { denied, isReshaped, planned: this.planner.plan(cut, cutOperation) };
  }

  /** The planner has a way of finding nothing and not saying so, which would read as null without an error. */
  private assertPlanned(prepared: PreparedOperation, { planned }: OperationVariant, variables: Variables): void {
    if (planned.plan.node) return;
    const context = { schema: this.supergraph.schema, fragments: planned.fragments, variables };
    const fields = [...collectFields(context, prepared.rootType, [planned.operation.selectionSet]).values()].flat();
    if (fields.some((field) => !isIntrospective(field))) throw new Error('The planner found no plan for an operation');
  }

  private shape(
    {
      prepared,
      variant,
      request,
      variables,
    }: {
      prepared: PreparedOperation;
      variant: OperationVariant;
      request: OperationRequest;
      variables: Variables;
    },
    { data, errors }: ExecutionAnswer,
  ): ExecutionResult {
    if (!variant.isReshaped) return resultOf(data, errors);
    const context = this.projectionContext(prepared, request.actor, { denied: variant.denied, variables });
    const projection = new Projection(context);
    const shaped = data && projection.root(prepared.rootType, prepared.operation.selectionSet, data);
    return resultOf(shaped, [...errors.map((error) => this.namedBack(error)), ...projection.denials]);
  }

  private projectionContext(
    { fragments }: PreparedOperation,
    actor: Actor | null,
    { denied, variables }: { denied: DeniedRules; variables: Variables },
  ): ProjectionContext {
    return { ...this.context, fragments, variables, denied, actor };
  }

  private namedBack(error: GraphQLError): GraphQLError {
    const { path, originalError, extensions } = error;
    if (!path) return error;
    return new GraphQLError(error.message, {
      path: this.context.keys.answered(path),
      extensions,
      ...(originalError && { originalError }),
    });
  }
}

function resultOf(data: ExecutionResult['data'], errors: readonly GraphQLError[]): ExecutionResult {
  return { ...(errors.length > 0 && { errors }), data: data ?? null };
}

function unknownOperation(): GraphQLError {
  return new GraphQLError('The document has no such operation', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });
}

function badVariable(error: GraphQLError): GraphQLError {
  // graphql-js quotes the value in its message, and a value may be about a patient.
  const definition = error.nodes?.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
  const name = definition ? ` $${definition.variable.name.value}` : '';
  const { extensions } = new DomainError('BAD_USER_INPUT', '');
  return new GraphQLError(`The variable${name} has a value that its type does not allow`, { extensions });
}

function asksForSchema({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

function someField(document: DocumentNode, matches: (field: FieldNode) => boolean): boolean {
  let found = false;
  visit(document, {
    Field: (field) => {
      found ||= matches(field);
    },
  });
  return found;
}

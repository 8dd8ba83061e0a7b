import { GraphQLError, type DocumentNode, validate } from 'graphql';
import { type Actor } from '#shared/auth';
import { type CompiledCost, CostModel } from '../cost';
import { readConsentLaw } from '../consent';
import { type ConsentGate, type PlannedOperation, compiledExecutor, preparePlanning } from '../executor';
import { type DocumentGuard } from '../limits';
import { type AuthorizationConfig, type OperationRequest, Operations, type PreparedOperation } from '../operations';
import { type LoadedSupergraph } from '../supergraph';
import { type Subgraphs } from '../transport';

export interface GenerationOptions {
  readonly supergraph: LoadedSupergraph;
  readonly subgraphs: Subgraphs;
  readonly consent: ConsentGate;
  readonly guard: DocumentGuard;
  readonly authorization: AuthorizationConfig;
}

/** What a caller wants to run. */
export interface WantedOperation {
  readonly source: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One supergraph with everything that was prepared for it. A reload makes another; this one lives on in what it runs. */
export class Generation {
  readonly supergraph: LoadedSupergraph;
  readonly operations: Operations;
  private readonly guard: DocumentGuard;
  private readonly costModel: CostModel;
  private readonly costs = new WeakMap<PreparedOperation, CompiledCost>();

  constructor({ supergraph, subgraphs, consent, guard, authorization }: GenerationOptions) {
    const planning = preparePlanning(supergraph, readConsentLaw(supergraph.policy));
    this.supergraph = supergraph;
    this.guard = guard;
    this.costModel = new CostModel(supergraph.policy, supergraph.schema);
    this.operations = new Operations({
      supergraph,
      planning,
      executor: compiledExecutor({ planning, subgraphs, gate: consent }),
      gate: consent,
      authorization,
    });
  }

  /**
   * Within the limits, valid, and ready to run. Whatever is checked of a document is checked once.
   * @param onMiss told when it was not prepared yet
   * @throws {DomainError} LIMIT_EXCEEDED
   * @throws {GraphQLError} GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, OPERATION_RESOLUTION_FAILURE
   */
  prepare({ source, operationName, variables }: WantedOperation, onMiss?: () => void): PreparedOperation {
    const prepared = this.operations.prepare({ source, operationName }, () => {
      onMiss?.();
      const document = this.guard.read(source);
      this.assertValid(document);
      return document;
    });
    this.guard.checkVariables(prepared.document, variables);
    return prepared;
  }

  /** What the operation costs with these variables. @throws {DomainError} BAD_USER_INPUT for slicing arguments that do not fit */
  costOf(prepared: PreparedOperation, variables: Readonly<Record<string, unknown>>): number {
    let cost = this.costs.get(prepared);
    if (!cost) {
      cost = this.costModel.analyse(prepared.document, prepared.operation);
      this.costs.set(prepared, cost);
    }
    return cost.of(variables);
  }

  /** Whether this caller may have all that the operation begins with. */
  async admits(prepared: PreparedOperation, actor: Actor): Promise<boolean> {
    const viewer = await this.operations.decide(prepared, { actor });
    return this.operations.variantFor(prepared, viewer).projection.rootDenials({}, actor).length === 0;
  }

  /** The plan by which this caller's requests are run. */
  async planOf(prepared: PreparedOperation, { actor, variables }: OperationRequest): Promise<PlannedOperation> {
    const coerced = this.operations.coerce(prepared, variables);
    const variant = this.operations.variantFor(prepared, await this.operations.decide(prepared, { actor }));
    return variant.planFor('variables' in coerced ? coerced.variables : {});
  }

  private assertValid(document: DocumentNode): void {
    const [invalid] = validate(this.supergraph.schema, document, undefined, { maxErrors: 1 });
    if (!invalid) return;
    const { message, source, positions } = invalid;
    throw new GraphQLError(message, {
      ...(source && { source }),
      ...(positions && { positions }),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  }
}

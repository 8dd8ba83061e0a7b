import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type OperationDefinitionNode,
  OperationTypeNode,
  getOperationAST,
} from 'graphql';
import { Authorizer } from '../authorize';
import { BoundedCache } from '#shared/cache';
import { type HandedSpan } from '#shared/tracing';
import {
  type ConsentGate,
  type IncrementalExecutor,
  type PlanExecutor,
  type PlannedOperation,
  Planner,
  type PlanningSupergraph,
} from '../executor';
import { type LoadedSupergraph } from '../supergraph';
import { type CancelSignal, type SubgraphRequest, type SubgraphResult } from '../transport';
import { AccessControl, type AuthorizationConfig, type Viewer } from './access-control';
import { collectFields } from './collect-fields';
import { type CoercedVariables, coerceVariables, plainVariables } from './coerce-variables';
import { asksForSchema, conditionVariables, fragmentsOf, isInParts, isPersonal } from './document-facts';
import { IncrementalExecution, type IncrementalResult } from './incremental';
import { answerIntrospection } from './introspection';
import { Members } from './members';
import { PersonalFields } from './personal-fields';
import { type Projected, type Projection, type ProjectionInput } from './projection';
import { type OperationVariant, type PreparedOperation } from './prepared-operation';
import { Variants } from './variants';
import { ResponseKeys, isIntrospective } from './response-keys';

const preparedOperations = 1_000;
/** A character of a document takes about 150 bytes once it is prepared. */
const preparedCharacters = 1_000_000;
const variantsPerOperation = 32;

/** Who asks, and with what. */
export interface OperationRequest extends Viewer {
  readonly correlationId: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: CancelSignal;
  /** What the request is traced by. */
  readonly span?: HandedSpan | null;
  /** Told of every fetch from a subgraph. */
  readonly onFetched?: SubgraphRequest['onFetched'];
  /** Told of every fetch that went along with another one. */
  readonly onCoalesced?: () => void;
}

/** The answer to an operation; its data is bytes already, of a JSON object with `data` in it. */
export type WrittenResult = Omit<ExecutionResult, 'data'> & { readonly data?: Buffer };

type Variables = Readonly<Record<string, unknown>>;

/** One operation of a document. */
export interface DocumentName {
  readonly source: string;
  /** Null when the document has one operation only. */
  readonly operationName: string | null;
}

export interface OperationsOptions {
  readonly supergraph: LoadedSupergraph;
  readonly planning: PlanningSupergraph;
  /** One that cannot answer in parts answers in one. */
  readonly executor: PlanExecutor & Partial<IncrementalExecutor>;
  /** Says whose objects lists may have. */
  readonly gate: ConsentGate;
  /** Default: denied fields are cut, and no policy is satisfied. */
  readonly authorization?: AuthorizationConfig;
}

/** Prepares operations once and runs them for every caller: where authorization, planning and execution meet. */
export class Operations {
  private readonly supergraph: LoadedSupergraph;
  private readonly executor: OperationsOptions['executor'];
  private readonly authorizer: Authorizer;
  private readonly access: AccessControl;
  private readonly variants: Variants;
  private readonly members: Members;
  private readonly personal: PersonalFields;
  private readonly keys: ResponseKeys;
  private readonly prepared = new BoundedCache<string, PreparedOperation>(preparedOperations, {
    of: (source) => source.length,
    max: preparedCharacters,
  });

  constructor({ supergraph, planning, executor, gate, authorization = { mode: 'filter' } }: OperationsOptions) {
    const { schema } = supergraph;
    this.supergraph = supergraph;
    this.executor = executor;
    this.authorizer = new Authorizer(supergraph.policy, schema);
    this.access = new AccessControl({ authorizer: this.authorizer, schema, config: authorization });
    this.personal = new PersonalFields(supergraph.policy);
    this.keys = new ResponseKeys(planning.joinedFields);
    const context = { schema, authorizer: this.authorizer, keys: this.keys };
    this.members = new Members({ ...planning, schema, gate });
    this.variants = new Variants(context, new Planner(planning), this.members);
  }

  /**
   * @param read makes the valid document of a source that was not prepared yet
   * @throws {GraphQLError} OPERATION_RESOLUTION_FAILURE when the operation is not in the document
   */
  prepare({ source, operationName }: DocumentName, read: () => DocumentNode): PreparedOperation {
    return this.prepared.getOrMake(operationName === null ? source : `${operationName}\n${source}`, () => {
      const document = read();
      const operation = getOperationAST(document, operationName);
      if (!operation) throw unknownOperation();
      return this.prepareOperation(source, document, operation);
    });
  }

  /** How many operations are kept prepared. */
  get preparedCount(): number {
    return this.prepared.size;
  }

  /** Can the operation be answered in parts? */
  hasParts({ operation, document, hasMembers }: PreparedOperation): boolean {
    return !hasMembers && operation.operation === OperationTypeNode.QUERY && isInParts(document);
  }

  /** Runs a query, and what it defers after that. */
  async begin(prepared: PreparedOperation, asked: OperationRequest): Promise<IncrementalResult> {
    const coerced = this.coerce(prepared, asked.variables);
    if ('errors' in coerced) return { initial: coerced, rest: null };
    const { variables } = coerced;
    const request = prepared.policies.length === 0 ? asked : await this.decide(prepared, asked);
    this.access.screen(prepared, request, variables);
    const { denied, inParts } = this.variantFor(prepared, request);
    const parts = inParts(variables);
    if (!parts || !this.executor.begin) return { initial: await this.execute(prepared, asked), rest: null };
    const begun = await this.executor.begin(parts.planned, { ...request, conditions: variables });
    return new IncrementalExecution(
      {
        labelled: parts.labelled,
        projection: this.variants.contextOf(prepared, denied),
        variables,
        actor: request.actor,
        introspection: answerIntrospection(this.supergraph.schema, prepared, variables),
        named: (error) => this.namedBack(error),
      },
      begun,
    ).result();
  }

  /** Runs a query or a mutation, as one answer. */
  execute(prepared: PreparedOperation, asked: OperationRequest): Promise<ExecutionResult> {
    return this.runAsOne(prepared, asked, asValues);
  }

  /** The same as bytes of JSON: what is only sent on need not be made into objects first. */
  answer(prepared: PreparedOperation, asked: OperationRequest): Promise<WrittenResult> {
    return this.runAsOne(prepared, asked, asBytes);
  }

  /** The request with the policies that hold for it now. To be asked for anew with every event of a subscription. */
  decide<Request extends Viewer>(prepared: PreparedOperation, request: Request): Promise<Request> {
    return this.access.decide(prepared, request);
  }

  /** Answers a subscription from what the owner of its root field said about one event. */
  async continueFrom(
    prepared: PreparedOperation,
    request: OperationRequest,
    primary: SubgraphResult,
  ): Promise<ExecutionResult> {
    const coerced = this.coerce(prepared, request.variables);
    if ('errors' in coerced) return coerced;
    const variant = this.variantFor(prepared, request);
    return this.run({ prepared, variant, request, variables: coerced.variables, primary }, asValues);
  }

  /**
   * The denied root fields of an operation, as errors.
   * @throws {RejectionError} when operations with denied fields are rejected as a whole, and this is one
   */
  refusals(prepared: PreparedOperation, request: OperationRequest, variables: Variables): GraphQLError[] {
    this.access.screen(prepared, request, variables);
    return this.variantFor(prepared, request).projection.rootDenials(variables, request.actor);
  }

  /** The caller's variables as the schema wants them, with defaults. */
  coerce(prepared: PreparedOperation, given: Variables): CoercedVariables {
    return coerceVariables(this.supergraph.schema, prepared, given);
  }

  variantFor(prepared: PreparedOperation, viewer: Viewer): OperationVariant {
    // What a policy says of somebody may be another thing with the next request.
    const actor = prepared.policies.length === 0 ? viewer.actor : null;
    const known = actor && prepared.variantsByActor.get(actor);
    if (known) return known;
    const denied = this.access.deniedTo(prepared, viewer);
    const key = prepared.rules.map((rule) => (denied.has(rule) ? '1' : '0')).join('');
    const variant = prepared.variants.getOrMake(key, () => this.variants.make(prepared, denied));
    if (actor) prepared.variantsByActor.set(actor, variant);
    return variant;
  }

  private prepareOperation(
    source: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): PreparedOperation {
    const rootType = this.supergraph.schema.getRootType(operation.operation);
    if (!rootType) throw unknownOperation();
    const rules = this.authorizer.rulesOf(document, operation);
    return {
      hash: createHash('sha256').update(source).digest('hex'),
      document,
      operation,
      rootType,
      fragments: fragmentsOf(document),
      rules,
      policies: this.authorizer.policiesOf(rules),
      asksForSchema: asksForSchema(document),
      hasMembers: this.members.selectIn(document) !== null,
      isPersonal: isPersonal(document, this.supergraph.schema, this.personal),
      conditions: conditionVariables(document),
      plainVariables: plainVariables(operation.variableDefinitions),
      variants: new BoundedCache(variantsPerOperation),
      variantsByActor: new WeakMap(),
    };
  }

  /** The planner has a way of finding nothing and not saying so, which would read as null without an error. */
  private assertPlanned(prepared: PreparedOperation, planned: PlannedOperation, variables: Variables): void {
    if (planned.plan.node) return;
    const context = { schema: this.supergraph.schema, fragments: planned.fragments, variables };
    const fields = [...collectFields(context, prepared.rootType, [planned.operation.selectionSet]).values()].flat();
    if (fields.some((field) => !isIntrospective(field))) throw new Error('The planner found no plan for an operation');
  }

  private async runAsOne<Data>(
    prepared: PreparedOperation,
    asked: OperationRequest,
    shaping: Shaping<Data>,
  ): Promise<Answered<Data>> {
    const coerced = this.coerce(prepared, asked.variables);
    if ('errors' in coerced) return coerced;
    const { variables } = coerced;
    const request = prepared.policies.length === 0 ? asked : await this.decide(prepared, asked);
    const report = this.access.screen(prepared, request, variables);
    const variant = this.variantFor(prepared, request);
    if (prepared.operation.operation === OperationTypeNode.MUTATION && variant.denied.size > 0) {
      const refused = variant.projection.rootDenials(variables, request.actor);
      // Half a mutation may be worse than none: nothing of it runs.
      if (refused.length > 0) return { data: shaping.none, errors: refused };
    }
    const result = await this.run({ prepared, variant, request, variables }, shaping);
    return report ? { ...result, extensions: report } : result;
  }

  private async run<Data>(
    { prepared, variant, request, variables, primary }: RunOptions,
    { shape }: Shaping<Data>,
  ): Promise<Answered<Data>> {
    const planned = variant.planFor(variables);
    if (!primary) this.assertPlanned(prepared, planned, variables);
    const fetched = await this.executor.execute(planned, {
      ...request,
      conditions: variables,
      ...(primary && { primary }),
    });
    const answer = planned.sieve ? await planned.sieve.sift(fetched, request) : fetched;
    const errors = answer.errors.map((error) => this.namedBack(error));
    const projected = shape(variant.projection, {
      source: answer.data ?? {},
      shared: answer.shared,
      errors,
      variables,
      actor: request.actor,
      introspection: answerIntrospection(this.supergraph.schema, prepared, variables),
    });
    const all = [...errors, ...projected.errors];
    return { ...(all.length > 0 && { errors: all }), data: projected.data };
  }

  private namedBack(error: GraphQLError): GraphQLError {
    const { path, originalError, extensions } = error;
    if (!path) return error;
    return new GraphQLError(error.message, {
      path: this.keys.answered(path),
      extensions,
      ...(originalError && { originalError }),
    });
  }
}

interface RunOptions {
  readonly prepared: PreparedOperation;
  readonly variant: OperationVariant;
  readonly request: OperationRequest;
  readonly variables: Variables;
  readonly primary?: SubgraphResult;
}

type Answered<Data> = Omit<ExecutionResult, 'data'> & { readonly data?: Data };

/** How the data of an answer leaves. */
interface Shaping<Data> {
  readonly none: Data;
  readonly shape: (projection: Projection, input: ProjectionInput) => Projected<Data>;
}

const asValues: Shaping<Record<string, unknown> | null> = {
  none: null,
  shape: (projection, input) => projection.project(input),
};

const asBytes: Shaping<Buffer> = {
  none: Buffer.from('{"data":null}'),
  shape: (projection, input) => projection.write(input),
};

function unknownOperation(): GraphQLError {
  return new GraphQLError('The document has no such operation', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });
}

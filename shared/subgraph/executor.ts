import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { AccessRules, assertSatisfied, operationRules, type AccessRule } from '#shared/auth';
import { runInContext } from '#shared/context';
import { formatError, stableCodeOf } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type RegionWall } from '#shared/region';
import { isTraced, traced } from '#shared/tracing';
import { noteRefusedFields, noteRefusedOperation } from './refusals';
import { type RequestContext } from './request-context';
import { type SubgraphRequest } from './subgraph';

export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLFormattedError[];
}

interface Prepared {
  readonly document: DocumentNode;
  readonly errors: readonly GraphQLError[];
  readonly rules: readonly AccessRule[];
}

const maxPrepared = 2_000;

/** Runs requests against a subgraph's schema, the same way whether they come in process or over HTTP. */
export class SubgraphExecutor<Ports> {
  private readonly prepared = new Map<string, Prepared>();
  private readonly rules: AccessRules;
  private readonly format: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

  constructor(
    private readonly schema: GraphQLSchema,
    sdl: string,
    private readonly options: {
      readonly name: string;
      readonly region: RegionWall;
      readonly log: Logger;
      readonly contextFor: (request: SubgraphRequest) => RequestContext<Ports>;
    },
  ) {
    this.rules = AccessRules.fromSdl(parse(sdl));
    this.format = formatError((error) => {
      options.log.error({ err: error }, 'A resolver failed unexpectedly');
    });
  }

  /** Never throws: whatever goes wrong is an error of the answer, masked. */
  execute(request: SubgraphRequest): Promise<SubgraphAnswer> {
    return isTraced(request.traceparent) ? this.executeTraced(request) : this.executeInContext(request);
  }

  private executeTraced(request: SubgraphRequest): Promise<SubgraphAnswer> {
    const attributes = { 'graphql.subgraph.name': this.options.name };
    return traced('graphql.subgraph.operation', { kind: 'server', attributes, parent: request.traceparent }, (span) =>
      this.executeInContext(request).then((answer) => {
        const [error] = answer.errors ?? [];
        if (error) span.fail(stableCodeOf(error));
        return answer;
      }),
    );
  }

  private async executeInContext(request: SubgraphRequest): Promise<SubgraphAnswer> {
    const { correlationId, event = null, operationName = null } = request;
    const work = { correlationId, causationId: event?.id ?? null, operationName };
    return runInContext(work, async () => {
      try {
        return await this.run(request);
      } catch (error) {
        return { errors: [this.mask(error as GraphQLError)] };
      }
    });
  }

  private async run(request: SubgraphRequest): Promise<SubgraphAnswer> {
    this.assertHere(request);
    const { document, errors, rules } = this.prepare(request);
    if (errors.length > 0) return { errors: errors.map((error) => error.toJSON()) };
    const context = this.options.contextFor(request);
    await this.assertAllowed(document, rules, { request, context });
    const result: ExecutionResult = await execute({
      schema: this.schema,
      document,
      contextValue: context,
      variableValues: request.variables ?? {},
      operationName: request.operationName ?? null,
    });
    if (result.errors) noteRefusedFields(result.errors, context);
    await context.finish();
    return { data: result.data, ...(result.errors && { errors: result.errors.map((error) => this.mask(error)) }) };
  }

  /** @throws {DomainError} UNAUTHENTICATED, FORBIDDEN; the latter leaves an audit row, since it is known who was refused */
  private async assertAllowed(
    document: DocumentNode,
    rules: readonly AccessRule[],
    { request, context }: { readonly request: SubgraphRequest; readonly context: RequestContext<Ports> },
  ): Promise<void> {
    try {
      assertSatisfied(rules, request.actor);
    } catch (error) {
      if (request.actor) {
        noteRefusedOperation(document, request, context);
        await context.finish();
      }
      throw error;
    }
  }

  /** The gateway has looked already; whoever signs for it must not be believed to have. */
  private assertHere({ actor, event }: SubgraphRequest): void {
    const { region } = this.options;
    if (actor) region.assertHere(actor.region);
    if (event) region.assertHere(event.region);
  }

  private prepare({ query, operationName = null }: SubgraphRequest): Prepared {
    const key = `${operationName ?? ''}\n${query}`;
    const known = this.prepared.get(key);
    if (known) return known;
    const document = parse(query);
    const errors = validate(this.schema, document);
    const rules = errors.length > 0 ? [] : operationRules(this.schema, this.rules, { document, operationName });
    const prepared = { document, errors, rules };
    // Oldest out: a Map keeps insertion order, and documents of a live platform come back within moments.
    const [oldest] = this.prepared.keys();
    if (this.prepared.size >= maxPrepared && oldest !== undefined) this.prepared.delete(oldest);
    this.prepared.set(key, prepared);
    return prepared;
  }

  private mask(error: GraphQLError | Error): GraphQLFormattedError {
    const formatted = 'toJSON' in error ? error.toJSON() : { message: error.message };
    return this.format(formatted, error);
  }
}

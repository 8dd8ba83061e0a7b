import { GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { maskError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type Demand } from '../limits';
import {
  type RequestRecord,
  mayReadQueryPlan,
  noteErrors,
  noteFetch,
  noteOperation,
  planExtension,
  tracePreparation,
} from '../observability';
import { type IncrementalPart, type OperationRequest, type PreparedOperation, type WrittenResult } from '../operations';
import { type PersistedDocuments } from '../persisted';
import { type CancelSignal } from '../transport';
import { type RefusalLog } from '../refusals';
import { type Caller } from './caller';
import { type GatewayConfig } from './gateway-options';
import { type Generation, type WantedOperation } from './generation';
import { type GraphqlParameters } from './graphql-parameters';
import { describeRefusal, withCorrelationId } from './request-error';
import { type WrittenAnswer } from './written-answer';

export interface GraphqlRequest {
  readonly parameters: GraphqlParameters;
  readonly caller: Caller;
  /** GET is safe (RFC 9110 §9.2.1): it runs queries only. */
  readonly isSafe: boolean;
  /** Fires when the client has gone. */
  readonly signal?: CancelSignal;
  /** Asks for the query plan beside the answer; for those who may have it. */
  readonly wantsPlan?: boolean;
  /** The client takes an answer in parts (`@defer`). */
  readonly takesParts?: boolean;
}

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly result: WrittenAnswer;
  /** Of the persisted document that was run; null for one that the caller sent. */
  readonly documentId: string | null;
  /** It may hold protected health information: no cache keeps it. */
  readonly isPersonal: boolean;
  /** What was deferred, as it comes. Absent: the answer is whole. */
  readonly rest?: AsyncIterable<readonly FormattedPart[]>;
}

/** A part of an answer, as incremental delivery has it on the wire. */
export type FormattedPart = Omit<IncrementalPart, 'errors'> & { readonly errors?: readonly GraphQLFormattedError[] };

type Executed = Pick<GraphqlAnswer, 'headers' | 'isPersonal' | 'rest'> & { readonly result: WrittenResult };

export interface PipelineOptions {
  /** The generation that new requests run in. */
  readonly current: () => Generation;
  readonly introspection: GatewayConfig['introspection'];
  readonly persisted: PersistedDocuments;
  readonly demand: Demand;
  /** Who may see query plans. */
  readonly queryPlanScope: string;
  /** Who is told of what scopes have not opened. */
  readonly refusals: RefusalLog | null;
  readonly log: Logger;
}

const noVariables = {};

/** The way of one request, whatever brought it: HTTP, a persisted operation's route, a tool call. It never throws. */
export class GraphqlPipeline {
  constructor(private readonly options: PipelineOptions) {}

  async answer(request: GraphqlRequest): Promise<GraphqlAnswer> {
    const answer = await this.answerOrRefuse(request);
    const { record } = request.caller;
    record.status = answer.status;
    noteErrors(record, answer.result.errors);
    this.options.refusals?.noteErrors(request.caller, answer.result.errors);
    return answer;
  }

  private async answerOrRefuse(request: GraphqlRequest): Promise<GraphqlAnswer> {
    const { correlationId } = request.caller;
    try {
      const { source, id } = this.options.persisted.resolve(request.parameters, request.caller.actor);
      request.caller.record.isPersisted = id !== null;
      const { result, headers, isPersonal, rest } = await this.run(request, source);
      const { data, errors, extensions } = result;
      return {
        // Nothing was executed when there is not even `data` (GraphQL over HTTP, "Status Codes").
        status: data === undefined ? 400 : 200,
        headers,
        documentId: id,
        isPersonal,
        ...(rest && { rest }),
        result: {
          ...(errors && { errors: errors.map((error) => this.format(error, correlationId)) }),
          ...(data !== undefined && { data }),
          ...(extensions && { extensions }),
        },
      };
    } catch (failure) {
      const { query } = request.parameters;
      const refusal = this.options.demand.refuse(request.caller, failure, query?.length ?? 0);
      const { status, error } = describeRefusal(refusal.failure, { correlationId, log: this.options.log });
      const headers = { ...headersOf(failure), ...refusal.headers };
      return { status, headers, documentId: null, isPersonal: false, result: { errors: [error] } };
    }
  }

  private async run(
    { parameters, caller, isSafe, signal, wantsPlan = false, takesParts = false }: GraphqlRequest,
    source: string,
  ): Promise<Executed> {
    const { operationName, variables } = parameters;
    const wanted = { source, operationName: operationName ?? null, variables: variables ?? noVariables };
    const generation = this.options.current();
    const { actor, correlationId, record } = caller;
    const prepared = prepareFor(record, generation, wanted);
    this.assertMayRun(prepared, { caller, isSafe });
    record.cost = generation.costOf(prepared, wanted.variables);
    const headers = this.options.demand.admit(caller, record.cost);
    const about: OperationRequest = {
      actor,
      correlationId,
      variables: wanted.variables,
      span: record.span,
      ...(signal && { signal }),
      onFetched: (subgraph, durationMs) => {
        noteFetch(record, subgraph, durationMs);
      },
      onCoalesced: () => {
        record.coalescedFetches++;
      },
    };
    const executed = await this.execute(generation, prepared, { about, takesParts });
    const { isPersonal } = prepared;
    if (!wantsPlan || !mayReadQueryPlan(actor, this.options.queryPlanScope))
      return { ...executed, headers, isPersonal };
    const plan = planExtension(await generation.planOf(prepared, about));
    const result = { ...executed.result, extensions: { ...executed.result.extensions, ...plan } };
    return { ...executed, result, headers, isPersonal };
  }

  private async execute(
    { operations }: Generation,
    prepared: PreparedOperation,
    { about, takesParts }: { about: OperationRequest; takesParts: boolean },
  ): Promise<Pick<Executed, 'result' | 'rest'>> {
    if (!takesParts || !operations.hasParts(prepared)) return { result: await operations.answer(prepared, about) };
    const { initial, rest } = await operations.begin(prepared, about);
    const { data, ...others } = initial;
    const result = { ...others, ...(data !== undefined && { data: Buffer.from(JSON.stringify({ data })) }) };
    return { result, ...(rest && { rest: this.formatParts(rest, about.correlationId) }) };
  }

  private async *formatParts(
    parts: AsyncIterable<readonly IncrementalPart[]>,
    correlationId: string,
  ): AsyncGenerator<readonly FormattedPart[]> {
    for await (const some of parts) {
      yield some.map(({ errors, ...part }) => ({
        ...part,
        ...(errors && { errors: errors.map((error) => this.format(error, correlationId)) }),
      }));
    }
  }

  private assertMayRun(
    { operation, asksForSchema }: PreparedOperation,
    { caller, isSafe }: Pick<GraphqlRequest, 'caller' | 'isSafe'>,
  ): void {
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      throw badRequest('Subscriptions need a WebSocket or an event stream');
    }
    if (isSafe && operation.operation === OperationTypeNode.MUTATION) throw new MethodNotAllowedError();
    const { introspection } = this.options;
    const mayReadSchema = introspection === 'always' || (introspection === 'token' && caller.actor !== null);
    if (asksForSchema && !mayReadSchema) {
      throw new GraphQLError('Introspection is not allowed', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    }
  }

  private format(error: GraphQLError, correlationId: string): GraphQLFormattedError {
    const masked = maskError(error.toJSON());
    if (masked.extensions?.['code'] === 'INTERNAL_SERVER_ERROR') {
      this.options.log.error({ err: error.originalError ?? error, correlationId }, 'A request failed unexpectedly');
    }
    return withCorrelationId(masked, correlationId);
  }
}

/** Prepares, and writes down what has become known. */
export function prepareFor(record: RequestRecord, generation: Generation, wanted: WantedOperation): PreparedOperation {
  let isHit = true;
  const prepared = tracePreparation(record, () =>
    generation.prepare(wanted, () => {
      isHit = false;
    }),
  );
  record.isCacheHit = isHit;
  noteOperation(record, prepared);
  return prepared;
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

class MethodNotAllowedError extends GraphQLError {
  readonly status = 405;
  readonly headers = { allow: 'POST' };

  constructor() {
    super('GET runs queries only', { extensions: { code: 'BAD_REQUEST' } });
  }
}

/** An error may bring headers of the answer, as a refused method brings Allow. */
function headersOf(failure: unknown): Readonly<Record<string, string>> {
  const headers = (failure as { headers?: unknown } | null)?.headers;
  return typeof headers === 'object' && headers !== null ? (headers as Record<string, string>) : {};
}

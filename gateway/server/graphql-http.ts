import { type IncomingMessage, type ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { type Logger } from '#shared/logging';
import { type Demand, addressOf, assertBatch } from '../limits';
import { type RequestRecord, noteErrors, queryPlanHeader, startRecord, traceRequest } from '../observability';
import { type OverloadGuard } from '../overload';
import { answerConditionally } from '../persisted';
import { type CancelSignal, Cancellation } from '../transport';
import { type Authenticator } from './authenticator';
import { type BrowserPolicy } from './browser-policy';
import { type Caller, readCorrelationId } from './caller';
import { type GraphqlParameters, malformed, readParameters, readSearchParameters } from './graphql-parameters';
import { type GraphqlAnswer, type GraphqlPipeline } from './graphql-pipeline';
import { type LiveOperations } from './live-operations';
import { type MediaType, asksForEventStream, chooseMediaType, isJson, mediaTypes, statusFor } from './media-types';
import { multipartType, sendParts, takesParts } from './multipart';
import { describeRefusal } from './request-error';
import { bytesOf, listOf, valueOf } from './written-answer';

export interface GraphqlHttpOptions {
  readonly pipeline: GraphqlPipeline;
  readonly live: Pick<LiveOperations, 'stream'>;
  readonly authenticate: Authenticator;
  readonly browserPolicy: BrowserPolicy;
  readonly demand: Demand;
  readonly overload: OverloadGuard;
  readonly trustProxy: boolean;
  /** Longest body in bytes. */
  readonly bodyBytes: number;
  /** Most operations in one request; 0 takes no lists. */
  readonly batch: number;
  readonly observe: (record: RequestRecord) => void;
  readonly log: Logger;
}

type Headers = Record<string, string>;

/** Of one operation, or of a list of them. */
type Parameters = GraphqlParameters | readonly GraphqlParameters[];

/** Headers that a browser sends to another origin only after asking with a preflight request. */
const preflightedHeaders = ['apollo-require-preflight', 'x-apollo-operation-name'];

/**
 * GraphQL over HTTP on Node's own request and response: POST in JSON, GET for queries. Everything else of the gateway
 * goes through a web framework; this path is taken by nearly every request and is worth its own forty lines.
 */
export function graphqlHttp(options: GraphqlHttpOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    // Before anything else: what is refused here costs no token check, no body and no line of the log.
    const release = options.overload.admit();
    if (!release) {
      refuseForOverload(request, response, options.browserPolicy);
      return;
    }
    response.once('close', release);
    void new Exchange(request, response, options).run(release);
  };
}

const overloaded = Buffer.from(
  JSON.stringify({ errors: [{ message: 'There is too much to do', extensions: { code: 'OVERLOADED' } }] }),
);

function refuseForOverload(request: IncomingMessage, response: ServerResponse, browserPolicy: BrowserPolicy): void {
  response.writeHead(503, {
    ...browserPolicy.headersFor(request),
    'retry-after': '1',
    'content-type': mediaTypes.json,
    'content-length': overloaded.length,
    'x-correlation-id': readCorrelationId(request.headers['x-correlation-id']),
  });
  response.end(overloaded);
  request.resume();
}

/** A refusal of the request as HTTP. */
class HttpError extends GraphQLError {
  readonly headers: Headers;

  constructor(
    readonly status: number,
    message: string,
    { headers = {}, code = 'BAD_REQUEST', ...details }: { headers?: Headers; code?: string; limit?: string } = {},
  ) {
    super(message, { extensions: { code, ...details } });
    this.headers = headers;
  }
}

interface Body extends Pick<GraphqlAnswer, 'status' | 'headers'> {
  readonly body: Buffer;
}

class Exchange {
  private readonly batch: RequestRecord[] = [];
  private readonly wantsEvents: boolean;
  private caller: Caller;
  private mediaType: MediaType = mediaTypes.json;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly options: GraphqlHttpOptions,
  ) {
    const correlationId = readCorrelationId(request.headers['x-correlation-id']);
    const address = addressOf(request, options.trustProxy);
    this.wantsEvents = asksForEventStream(request.headers.accept);
    const record = startRecord({ correlationId, transport: this.wantsEvents ? 'sse' : 'http' });
    this.caller = { actor: null, address, correlationId, record };
  }

  /** @param release tells the overload guard that the request is answered: an event stream is from its beginning */
  run(release: () => void): Promise<void> {
    const { traceparent } = this.request.headers;
    return traceRequest(this.caller.record, traceparent, () => this.exchange(release));
  }

  private async exchange(release: () => void): Promise<void> {
    try {
      const { parameters, isSafe } = await this.read();
      const { caller } = this;
      if (this.wantsEvents && !isList(parameters)) {
        release();
        this.stream(parameters, isSafe);
        return;
      }
      const { accept, [queryPlanHeader]: wantsPlan } = this.request.headers;
      const about = { isSafe, signal: this.signal(), wantsPlan: wantsPlan === '1' };
      const answer = (one: GraphqlParameters, record: RequestRecord): Promise<GraphqlAnswer> =>
        this.options.pipeline.answer({
          ...about,
          parameters: one,
          caller: { ...caller, record },
          takesParts: !isList(parameters) && takesParts(accept),
        });
      if (isList(parameters)) this.sendAll(await Promise.all(parameters.map((one) => answer(one, this.addRecord()))));
      else await this.sendOne(await answer(parameters, caller.record));
    } catch (failure) {
      const { demand, log } = this.options;
      const refusal = demand.refuse(this.caller, failure, 0);
      const { correlationId } = this.caller;
      const { status, error } = describeRefusal(refusal.failure, { correlationId, log });
      const headers = failure instanceof HttpError ? failure.headers : {};
      const answer = { status, documentId: null, isPersonal: false, result: { errors: [error] } };
      noteErrors(this.caller.record, [error]);
      this.send(this.bodyOf({ ...answer, headers: { ...(status === 401 ? challenge : headers), ...refusal.headers } }));
    }
  }

  private stream(parameters: GraphqlParameters, isSafe: boolean): void {
    const { request, response, caller, options } = this;
    const { browserPolicy, live, pipeline } = options;
    void live.stream(request, response, {
      parameters,
      caller,
      headers: browserPolicy.headersFor(request),
      answer: async () =>
        valueOf((await pipeline.answer({ parameters, caller, isSafe, signal: this.signal() })).result),
    });
  }

  private async read(): Promise<{ parameters: Parameters; isSafe: boolean }> {
    const { request } = this;
    const { authorization, accept } = request.headers;
    if (request.method !== 'POST' && request.method !== 'GET') {
      throw new HttpError(405, 'GraphQL is asked by GET or POST', { headers: { allow: 'GET, POST' } });
    }
    if (authorization !== undefined) {
      this.caller = { ...this.caller, actor: await this.options.authenticate(authorization, this.caller.address) };
      this.caller.record.clientId = this.caller.actor?.clientId ?? null;
    }
    const mediaType = this.wantsEvents ? mediaTypes.json : chooseMediaType(accept);
    if (!mediaType) throw new HttpError(406, 'Answers are application/graphql-response+json or application/json');
    this.mediaType = mediaType;
    if (request.method === 'POST') return { parameters: await this.readBody(), isSafe: false };
    this.assertPreflighted();
    const { searchParams } = new URL(request.url ?? '/', 'http://gateway');
    return { parameters: readSearchParameters(searchParams), isSafe: true };
  }

  private async readBody(): Promise<Parameters> {
    const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } = this.request.headers;
    if (!isJson(contentType) || encoding !== 'identity') throw new HttpError(415, 'Send application/json in UTF-8');
    const text = await readText(this.request, this.options.bodyBytes);
    if (this.options.overload.isLate()) {
      throw new HttpError(503, 'There is too much to do', { code: 'OVERLOADED', headers: { 'retry-after': '1' } });
    }
    try {
      const body: unknown = JSON.parse(text);
      if (!isList(body)) return readParameters(body);
      assertBatch(body.length, this.options);
      return body.map(readParameters);
    } catch (failure) {
      throw failure instanceof GraphQLError ? failure : malformed('The request is not one GraphQL request in JSON');
    }
  }

  /** A page of another site can make a browser send a plain GET with cookies along. */
  private assertPreflighted(): void {
    const { headers } = this.request;
    if (isJson(headers['content-type']) || preflightedHeaders.some((name) => headers[name])) return;
    throw new HttpError(400, 'A GET needs the header Apollo-Require-Preflight: true');
  }

  /** A persisted query that was asked for by GET is a resource like others: whoever has it need not be sent it again. */
  private bodyOf({ status: answered, headers, result, documentId, isPersonal }: GraphqlAnswer): Body {
    const code = result.errors?.[0]?.extensions?.['code'];
    const status = statusFor(answered, code, this.request.headers.accept);
    const body = bytesOf(result);
    if (this.request.method !== 'GET' || documentId === null || status !== 200) return { status, headers, body };
    const conditional = answerConditionally(body, this.request.headers['if-none-match']);
    const kept = isPersonal ? { 'cache-control': 'no-store' } : {};
    return { ...conditional, headers: { ...headers, ...conditional.headers, ...kept } };
  }

  /** Each operation of a list is written down for itself. */
  private addRecord(): RequestRecord {
    const { correlationId, transport, startedAtMs, clientId } = this.caller.record;
    const record = startRecord({ correlationId, transport }, startedAtMs);
    record.clientId = clientId;
    this.batch.push(record);
    return record;
  }

  private signal(): CancelSignal {
    const cancellation = new Cancellation();
    this.response.once('close', () => {
      if (!this.response.writableFinished) cancellation.abort();
    });
    return cancellation;
  }

  /** The results of a list in its order. Each has its own fate; together they have a status only if they share it. */
  private sendAll(answers: readonly GraphqlAnswer[]): void {
    const statuses = new Set(answers.map(({ status }) => status));
    const [status = 200] = statuses.size === 1 ? statuses : [];
    const headers = Object.assign({}, ...answers.map((answer) => answer.headers)) as Headers;
    this.send({ status, headers, body: listOf(answers.map(({ result }) => result)) });
  }

  private async sendOne(answer: GraphqlAnswer): Promise<void> {
    const { rest, status, headers, result } = answer;
    if (!rest) {
      this.send(this.bodyOf(answer));
      return;
    }
    const { request, response, options, caller } = this;
    response.writeHead(status, {
      ...options.browserPolicy.headersFor(request),
      ...headers,
      'content-type': multipartType,
      'x-correlation-id': caller.correlationId,
    });
    caller.record.responseBytes = await sendParts(response, result, rest);
    options.observe(caller.record);
  }

  private send({ status, headers, body }: Body): void {
    const { request, response, options, caller, mediaType } = this;
    const { length } = body;
    response.writeHead(status, {
      ...options.browserPolicy.headersFor(request),
      ...headers,
      'content-type': `${mediaType}; charset=utf-8`,
      'content-length': length,
      'x-correlation-id': caller.correlationId,
    });
    response.end(body);
    // A body that nobody will read must not keep the connection busy.
    if (!request.complete) request.resume();
    for (const record of this.batch.length > 0 ? this.batch : [caller.record]) {
      record.status = status;
      record.responseBytes = length;
      options.observe(record);
    }
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

const challenge: Headers = { 'www-authenticate': 'Bearer error="invalid_token"' };

function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.once('end', () => {
      const [only] = chunks;
      resolve((chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8'));
    });
    request.once('error', reject);
    request.once('aborted', () => {
      reject(malformed('The request ended early'));
    });
  });
}

function tooLarge(): HttpError {
  return new HttpError(413, 'The request body is too large', {
    headers: { connection: 'close' },
    code: 'LIMIT_EXCEEDED',
    limit: 'bodyBytes',
  });
}

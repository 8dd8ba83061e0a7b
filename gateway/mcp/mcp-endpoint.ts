import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import {
  type CallToolResult,
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import { type Actor } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { type PersistedOperation } from '../persisted';
import { resultOf } from './tool-result';
import { toolOf } from './tools';

/** One HTTP request, its body read and within the limit. */
export interface McpRequest {
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The network address it comes from. */
  readonly address: string;
  readonly correlationId: string;
  /** Fires when the client has gone. */
  readonly signal?: AbortSignal;
}

export interface McpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A tool call as a request to the GraphQL pipeline: nothing that holds there is left out here. */
export interface OperationCall {
  readonly operation: PersistedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  readonly address: string;
  readonly correlationId: string;
  readonly traceparent: string | string[] | undefined;
  readonly signal: AbortSignal;
}

export interface McpOptions {
  /** Of what is offered. */
  readonly version: () => string;
  /** The operations that are offered as tools; asked for each request, for manifest and schema may be replaced. */
  readonly operations: () => readonly PersistedOperation[];
  readonly schema: () => GraphQLSchema;
  /** @throws {DomainError} UNAUTHENTICATED, ADDRESS_NOT_ALLOWED */
  readonly authenticate: (authorization: string, address: string) => Promise<Actor>;
  /** Whether this caller's scopes admit what the operation cannot do without. What it may not run it is not shown. */
  readonly isOffered: (operation: PersistedOperation, actor: Actor) => Promise<boolean>;
  /** Runs it as any other request: scopes, consent, limits, rates and audit. Never rejects. */
  readonly run: (call: OperationCall) => Promise<FormattedExecutionResult>;
  readonly isAllowedOrigin: (origin: string) => boolean;
}

export interface McpEndpoint {
  /** Never rejects for what a caller sent. */
  answer(request: McpRequest): Promise<McpAnswer>;
}

interface Caller extends Pick<OperationCall, 'actor' | 'address' | 'correlationId' | 'traceparent'> {
  /** Fires when the client has gone. */
  readonly gone: AbortSignal | undefined;
}

/**
 * Persisted operations as tools of the Model Context Protocol, by streamable HTTP without sessions: every request
 * brings its own token and may reach another process.
 */
export function mcpEndpoint(options: McpOptions): McpEndpoint {
  const tools = new WeakMap<PersistedOperation, { readonly schema: GraphQLSchema; readonly tool: Tool }>();

  function describe(operation: PersistedOperation): Tool {
    const schema = options.schema();
    const known = tools.get(operation);
    if (known?.schema === schema) return known.tool;
    const tool = toolOf(operation, schema);
    tools.set(operation, { schema, tool });
    return tool;
  }

  async function call(caller: Caller, { name, given }: ToolRequest, signal: AbortSignal): Promise<CallToolResult> {
    const operation = options.operations().find((one) => one.name === name);
    if (!operation || !(await options.isOffered(operation, caller.actor))) {
      throw new McpError(ErrorCode.InvalidParams, 'There is no such tool');
    }
    const { gone, ...who } = caller;
    const ended = gone ? AbortSignal.any([gone, signal]) : signal;
    return resultOf(await options.run({ operation, variables: given, ...who, signal: ended }));
  }

  async function list({ actor }: Caller): Promise<Tool[]> {
    const operations = options.operations();
    const isOffered = await Promise.all(operations.map((operation) => options.isOffered(operation, actor)));
    return operations.filter((_operation, index) => isOffered[index]).map(describe);
  }

  function openServer(caller: Caller): McpServer {
    const mcp = new McpServer({ name: 'sa-platform', version: options.version() }, { capabilities: { tools: {} } });
    // The lower-level handlers: tools here have JSON Schemas out of the supergraph, not Zod's.
    mcp.server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: await list(caller) }));
    mcp.server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal }) =>
      call(caller, { name: params.name, given: params.arguments ?? {} }, signal),
    );
    return mcp;
  }

  async function serve(request: McpRequest, message: object): Promise<McpAnswer> {
    const caller = await identify(options, request);
    const server = openServer(caller);
    // Without sessions there is nothing to stream: each call is answered as JSON. Both live for this request only.
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      const response = await transport.handleRequest(webRequest(request), { parsedBody: message });
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    } finally {
      await server.close();
    }
  }

  return {
    answer: async (request) => {
      const message = parseMessage(request, options.isAllowedOrigin);
      if ('status' in message) return message;
      try {
        return await serve(request, message.body);
      } catch (error) {
        if (error instanceof DomainError) return refusalOf(error);
        throw error;
      }
    },
  };
}

interface ToolRequest {
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** Reading, or the answer that says why there is nothing to read. */
function parseMessage(
  { method, headers, body }: McpRequest,
  isAllowedOrigin: McpOptions['isAllowedOrigin'],
): McpAnswer | { readonly body: object } {
  const { origin } = headers;
  // A page that has its name rebound to this address still says where it came from.
  if (origin !== undefined && !isAllowedOrigin(String(origin))) return refusal(403, 'This origin may not call');
  if (method !== 'POST') return { ...refusal(405, 'Only POST: there are no sessions'), headers: { allow: 'POST' } };
  const message = parseJson(body);
  if (!message) return refusal(400, 'The body is not one JSON-RPC message');
  return { body: message };
}

/** One message: batches have left the protocol with its version of 2025-06-18, and would go round the limits. */
function parseJson(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

async function identify(options: McpOptions, request: McpRequest): Promise<Caller> {
  const { address, correlationId, signal: gone } = request;
  const { authorization, traceparent } = request.headers;
  if (typeof authorization !== 'string') throw new DomainError('UNAUTHENTICATED', 'A valid access token is required');
  return { actor: await options.authenticate(authorization, address), address, correlationId, traceparent, gone };
}

function webRequest({ method, headers }: McpRequest): Request {
  const copied = new Headers();
  for (const name of ['accept', 'content-type', 'mcp-protocol-version'] as const) {
    const value = headers[name];
    if (typeof value === 'string') copied.set(name, value);
  }
  // The SDK reads headers and the parsed message; the address is not looked at.
  return new Request('http://gateway/mcp', { method, headers: copied });
}

function refusalOf({ code, message, details }: DomainError): McpAnswer {
  const answer = refusal(statusOfCode[code] ?? 400, message, { code, ...details });
  if (code !== 'UNAUTHENTICATED') return answer;
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer error="invalid_token"' } };
}

const statusOfCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  ADDRESS_NOT_ALLOWED: 403,
  WRONG_REGION: 403,
  UPSTREAM_UNAVAILABLE: 503,
};

const invalidRequest = -32_600;

function refusal(status: number, message: string, data?: Readonly<Record<string, unknown>>): McpAnswer {
  const error = { code: invalidRequest, message, ...(data && { data }) };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ jsonrpc: '2.0', error, id: null }),
  };
}

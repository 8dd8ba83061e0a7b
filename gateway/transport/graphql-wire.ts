import { type SubgraphRequest, type SubgraphResult } from './subgraph-transport';

/** The subgraph did not answer as a GraphQL server does. The message is for the log. */
class TransportError extends Error {
  override readonly name = 'TransportError';
}

/** The planner writes the kind of operation out, except for a plain query. */
export function isWrite(query: string): boolean {
  return /^\s*mutation/.test(query);
}

/** The JSON text of a request (GraphQL over HTTP, "Request Parameters"). */
export function requestText(request: SubgraphRequest): string {
  const { json, operationName, event, consents } = request;
  if (json) {
    const further = consents ? `,"extensions":${JSON.stringify({ consents })}` : '';
    return `${json.head}${json.variables}${further}}`;
  }
  const { query, variables } = request;
  return JSON.stringify({ query, variables, operationName, ...(event && { extensions: { event } }) });
}

/** The beginning of the same text, which is the same for all requests of one operation: only their variables differ. */
export function requestHead(query: string, operationName: string | undefined): string {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`;
  return `{"query":${JSON.stringify(query)},${name}"variables":`;
}

/** @throws {TransportError} when the subgraph is out of order */
export function readResult(status: number, text: string): SubgraphResult {
  // 401 is about the gateway's own signature: the caller can do nothing about it, so it is an outage of ours.
  if (status >= 500 || status === 401) throw new TransportError(`The subgraph answered with status ${String(status)}`);
  const result = parse(text);
  if (isResult(result)) return result;
  throw new TransportError(`The subgraph answered status ${String(status)} with something that is not GraphQL`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The response of the GraphQL specification (§7.1): data, errors or both. */
function isResult(value: unknown): value is SubgraphResult {
  if (typeof value !== 'object' || value === null) return false;
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  if (data === undefined && errors === undefined) return false;
  return isDataOrNone(data) && (errors === undefined || (Array.isArray(errors) && errors.every(isError)));
}

function isDataOrNone(data: unknown): boolean {
  return data === undefined || (typeof data === 'object' && !Array.isArray(data));
}

function isError(value: unknown): boolean {
  return typeof (value as { message?: unknown } | null)?.message === 'string';
}

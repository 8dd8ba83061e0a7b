import { GraphQLError } from 'graphql';

type Values = Readonly<Record<string, unknown>>;

/** The parameters of one request (GraphQL over HTTP, "Request parameters"; `documentId` is of its appendix). */
export interface GraphqlParameters {
  readonly query?: string | null;
  readonly documentId?: string | null;
  readonly operationName?: string | null;
  readonly variables?: Values | null;
  readonly extensions?: Values | null;
}

/** @throws {GraphQLError} BAD_REQUEST */
export function readParameters(body: unknown): GraphqlParameters {
  if (!isRecord(body)) throw malformed('The request is not one GraphQL request in JSON');
  for (const name of ['query', 'documentId', 'operationName']) {
    if (body[name] !== undefined && body[name] !== null && typeof body[name] !== 'string') {
      throw malformed(`${name} is not a string`);
    }
  }
  for (const name of ['variables', 'extensions']) {
    if (body[name] !== undefined && body[name] !== null && !isRecord(body[name])) {
      throw malformed(`${name} is not an object`);
    }
  }
  return body;
}

/** Of a GET: `variables` and `extensions` are JSON there. @throws {GraphQLError} BAD_REQUEST */
export function readSearchParameters(search: URLSearchParams): GraphqlParameters {
  const parameters: Record<string, unknown> = {};
  for (const name of ['query', 'documentId', 'operationName', 'variables', 'extensions']) {
    const [value, ...others] = search.getAll(name);
    if (others.length > 0) throw malformed(`${name} is given more than once`);
    if (value !== undefined) parameters[name] = isJson(name) ? parseJson(name, value) : value;
  }
  return readParameters(parameters);
}

export function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

function isJson(name: string): boolean {
  return name === 'variables' || name === 'extensions';
}

function parseJson(name: string, text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed(`${name} is not JSON`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

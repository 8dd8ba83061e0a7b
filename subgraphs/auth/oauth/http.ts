import { type IncomingMessage, type ServerResponse } from 'node:http';
import { scopes } from '#shared/auth';
import { type Logger } from '#shared/logging';
import { type SystemAccess, sendJson } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { errors } from './load-engine';
import { paths } from './paths';

const maxBodyBytes = 16_384;
/** Verifiers keep the key set, and clients the metadata, for so long. */
const publicFor = 'public, max-age=300';

const onlyPost: ReadonlySet<string> = new Set([
  ...[paths.token, paths.revocation, paths.introspection, paths.pushedAuthorization, paths.deviceAuthorization],
]);
const onlyGet: ReadonlySet<string> = new Set([paths.jwks, paths.openidConfiguration, paths.authorizationServer]);

export interface EndpointContext {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly log: Logger;
}

export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

/** Hands a request to the engine, when it is one that may come this far. */
export async function answerByEngine(
  { ports, system }: EndpointContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (isRefusedAtTheDoor(request, response)) return;
  pinAddress(request, ports.publicUrl());
  const provider = await ports.oauth.provider(system);
  await provider.callback()(request, response);
}

/** @returns true when it has been answered already */
function isRefusedAtTheDoor(request: IncomingMessage, response: ServerResponse): boolean {
  const allow = allowedAt(pathOf(request));
  if (allow !== null && ![...allow, 'OPTIONS'].includes(request.method ?? '')) {
    const headers = { allow: allow.join(', ') };
    refuse(request, response, { status: 405, description: `use ${allow.join(' or ')}`, headers });
    return true;
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) {
    refuse(request, response, { status: 413, description: 'the body is too long', headers: {} });
    return true;
  }
  return false;
}

/** Null where the engine itself knows what to do with each method. */
function allowedAt(path: string): readonly string[] | null {
  if (onlyPost.has(path)) return ['POST'];
  return onlyGet.has(path) ? ['GET', 'HEAD'] : null;
}

interface Refusal {
  readonly status: number;
  readonly description: string;
  readonly headers: Record<string, string>;
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, description, headers }: Refusal): void {
  // What is left of a body that was not read would be taken for the next request.
  const connection: Record<string, string> = request.complete ? {} : { connection: 'close' };
  const body = { error: 'invalid_request', error_description: description };
  sendJson(response, status, body, { ...headers, ...connection });
}

/**
 * The engine writes addresses as the request came to it. What it is told here is the public address and nothing else, so
 * that no header of a caller ends up in a document that others are given.
 */
export function pinAddress(request: IncomingMessage, publicUrl: string): void {
  const { protocol, host } = new URL(publicUrl);
  const { headers } = request;
  headers.host = host;
  headers['x-forwarded-host'] = host;
  headers['x-forwarded-proto'] = protocol.slice(0, -1);
  delete headers['x-forwarded-for'];
}

type KoaLike = Parameters<Awaited<ReturnType<AuthPorts['oauth']['provider']>>['use']>[0];

/** What the engine leaves to the one who mounts it: caching of public documents, and one answer to bad credentials. */
export const finishAnswer: KoaLike = async (ctx, next) => {
  await next();
  if (onlyGet.has(ctx.path) && ctx.status === 200) ctx.set('cache-control', publicFor);
  const { body } = ctx as { body?: { scopes_supported?: readonly string[] } };
  // The engine knows the scopes of identity; those of the platform belong to its resource.
  if (body?.scopes_supported) body.scopes_supported = [...body.scopes_supported, ...scopes];
  if (onlyPost.has(ctx.path)) finishRefusal(ctx);
};

/** What is wrong with the credentials as such is `invalid_client` with a challenge, as RFC 6749 §5.2 has it. */
const credentialFaults: ReadonlySet<string> = new Set([
  'no client authentication mechanism provided',
  'invalid authorization header value format',
  'client_id and client_secret in the authorization header are not properly encoded',
  'client_secret must be provided in the Authorization header',
]);

interface Answer {
  status: number;
  body: unknown;
  set(name: string, value: string): void;
}

function finishRefusal(ctx: Answer): void {
  const { error, error_description: description } = (ctx.body ?? {}) as Record<string, unknown>;
  if (error === 'invalid_request' && credentialFaults.has(String(description))) {
    const { message, error_description } = new errors.InvalidClientAuth('credentials');
    ctx.status = 401;
    ctx.body = { error: message, error_description };
  }
  if (ctx.status === 401) ctx.set('www-authenticate', 'Basic realm="token", charset="UTF-8"');
}

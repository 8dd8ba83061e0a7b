import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type FastifyInstance } from 'fastify';
import { claimedRegion } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { type RegionWall } from '#shared/region';

/** A path outside GraphQL. A path that ends in `/*` takes everything below it. */
export interface HttpRoute {
  readonly path: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

/** @throws {DomainError} LIMIT_EXCEEDED when the body is longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes = 1_000_000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new DomainError('LIMIT_EXCEEDED', `A body has at most ${String(maxBytes)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// eslint-disable-next-line @typescript-eslint/max-params -- status, body and headers are what a response is
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

/**
 * Adds raw routes to a server. Their handlers read the body themselves, so no parser may touch it.
 * Whoever comes with a token of another region is sent there, whichever path it is.
 */
export function mountRoutes(server: FastifyInstance, routes: readonly HttpRoute[], wall: RegionWall): void {
  server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    for (const { path, handle } of routes) {
      scope.all(path, (request, reply) => {
        reply.hijack();
        const refusal = elsewhere(request.raw, wall);
        if (refusal) refuseRegion(reply.raw, refusal);
        else handle(request.raw, reply.raw);
      });
    }
    done();
  });
}

const bearerPattern = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** The refusal of a request whose bearer token says that it is of another region; null for any other. */
function elsewhere({ headers: { authorization = '' } }: IncomingMessage, wall: RegionWall): DomainError | null {
  const [, token] = bearerPattern.exec(authorization) ?? [];
  if (token === undefined) return null;
  try {
    wall.assertNotElsewhere(claimedRegion(token));
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/** WRONG_REGION outside GraphQL, in the form that OAuth's endpoints answer errors in (RFC 6749 §5.2). */
export function refuseRegion(response: ServerResponse, { code, message, details }: DomainError): void {
  sendJson(response, 403, { error: 'wrong_region', error_description: message, code, ...details });
}

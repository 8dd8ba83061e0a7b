import { type FastifyInstance, type FastifyReply } from 'fastify';

/** Answers are data; a route that serves a page sets its own policy. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

const preflightHeaders = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, x-correlation-id, apollo-require-preflight, idempotency-key, if-match',
  'access-control-max-age': '600',
};

/** Security headers on every answer, and CORS for the origins of the allow-list. */
export function applyBrowserPolicy(fastify: FastifyInstance, isAllowedOrigin: (origin: string) => boolean): void {
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    const { origin, 'access-control-request-method': wantedMethod } = request.headers;
    if (origin === undefined) return;
    reply.header('vary', 'Origin');
    if (isAllowedOrigin(origin)) allow(reply, origin);
    if (request.method === 'OPTIONS' && wantedMethod) await reply.code(204).send();
  });
  // Without a route for it Fastify answers OPTIONS before its hooks have run for the route.
  fastify.options('/graphql', (_request, reply) => reply.code(204).send());
}

function allow(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', 'x-correlation-id, retry-after, etag, link');
  reply.headers(preflightHeaders);
}

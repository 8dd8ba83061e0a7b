import { type IncomingMessage } from 'node:http';
import { type FastifyInstance } from 'fastify';

export type Headers = Readonly<Record<string, string>>;

/** Answers are data; a route that serves a page sets its own policy. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

const corsHeaders = {
  vary: 'Origin',
  'access-control-expose-headers':
    'x-correlation-id, retry-after, ratelimit, ratelimit-policy, etag, link, www-authenticate',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, x-correlation-id, apollo-require-preflight, idempotency-key, if-match, if-none-match, last-event-id, traceparent, x-query-plan',
  'access-control-max-age': '600',
};

interface BrowserPolicyOptions {
  readonly isAllowedOrigin: (origin: string) => boolean;
  /** A proxy in front says by X-Forwarded-Proto how the client came. */
  readonly trustProxy: boolean;
}

/** What browsers are told with every answer: security headers, and CORS for the origins of the allow-list. */
export class BrowserPolicy {
  constructor(private readonly options: BrowserPolicyOptions) {}

  headersFor(request: IncomingMessage): Headers {
    const { origin } = request.headers;
    const headers = this.isSecure(request) ? { ...securityHeaders, ...strictTransport } : securityHeaders;
    if (origin === undefined) return headers;
    if (!this.options.isAllowedOrigin(origin)) return { ...headers, vary: 'Origin' };
    return { ...headers, ...corsHeaders, 'access-control-allow-origin': origin };
  }

  /** For the routes of the web framework. Preflight requests are answered here, for whatever path. */
  applyTo(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request, reply) => {
      reply.headers(this.headersFor(request.raw));
      const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'];
      if (request.headers.origin !== undefined && isPreflight) await reply.code(204).send();
    });
    // Without a route for it Fastify answers OPTIONS before its hooks have run for the route.
    fastify.options('/graphql', (_request, reply) => reply.code(204).send());
  }

  private isSecure({ headers }: IncomingMessage): boolean {
    return this.options.trustProxy && headers['x-forwarded-proto'] === 'https';
  }
}

const strictTransport = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' };

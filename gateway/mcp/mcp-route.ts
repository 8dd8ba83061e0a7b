import { type FastifyInstance, type FastifyReply } from 'fastify';
import { addressOf } from '../limits';
import { type McpEndpoint } from './mcp-endpoint';

const mcpPath = '/mcp';

/** `POST /mcp`. Bodies are bounded by the web framework; the correlation id is in the header by the gateway's first hook. */
export function addMcpRoute(
  fastify: FastifyInstance,
  endpoint: McpEndpoint,
  { trustProxy }: { readonly trustProxy: boolean },
): void {
  void fastify.register((scope, _settings, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.route({
      method: ['GET', 'POST', 'DELETE'],
      url: mcpPath,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const { status, headers, body } = await endpoint.answer({
          method: request.method,
          headers: request.headers,
          body: typeof request.body === 'string' ? request.body : '',
          address: addressOf(request.raw, trustProxy),
          correlationId: String(request.headers['x-correlation-id']),
          signal: goneSignal(reply),
        });
        return reply.code(status).headers(headers).send(body);
      },
    });
    done();
  });
}

function goneSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

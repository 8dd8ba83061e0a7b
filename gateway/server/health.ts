import { type FastifyInstance } from 'fastify';
import { newCorrelationId } from '#shared/context';
import { type Metrics, mayReadMetrics } from '../observability';
import { type Subgraphs } from '../transport';

interface HealthOptions {
  readonly subgraphs: Subgraphs;
  readonly metrics: Metrics;
  readonly deadlineMs: number;
  readonly isDraining: () => boolean;
  /** Of `/metrics`; see `mayReadMetrics`. */
  readonly token: string | null;
}

type Readiness = Record<string, 'ready' | 'unavailable'>;

/** What orchestrators and Prometheus ask for. */
export function addHealthRoutes(fastify: FastifyInstance, options: HealthOptions): void {
  const { metrics, isDraining, token } = options;
  let running: Promise<Readiness> | null = null;
  /** One round at a time: the route is open to all, and must not multiply what it receives. */
  const ping = (): Promise<Readiness> => {
    running ??= pingAll(options).finally(() => {
      running = null;
    });
    return running;
  };

  fastify.get('/health/live', () => ({ status: 'alive' }));
  fastify.get('/health/ready', async (_request, reply) => {
    if (isDraining()) return reply.code(503).send({ status: 'draining' });
    const subgraphs = await ping();
    const isReady = Object.values(subgraphs).every((state) => state === 'ready');
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'unavailable', subgraphs });
  });
  fastify.get('/metrics', async (request, reply) => {
    if (mayReadMetrics(request.raw, token)) {
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    }
    if (token !== null) reply.header('www-authenticate', 'Bearer');
    return reply.code(token === null ? 403 : 401).send({ status: 'refused' });
  });
}

async function pingAll({ subgraphs, deadlineMs }: HealthOptions): Promise<Readiness> {
  const signal = AbortSignal.timeout(deadlineMs);
  const request = { query: '{ __typename }', variables: {}, actor: null, correlationId: newCorrelationId(), signal };
  const states = await Promise.all(
    subgraphs.names.map(async (name) => {
      const { data } = await subgraphs.execute(name, request);
      return [name, data ? 'ready' : 'unavailable'] as const;
    }),
  );
  return Object.fromEntries(states);
}

/** Mercurius with its JIT. Arguments: a JSON file of `[{ name, url, schema }]`, port. */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import gateway from '@mercuriusjs/gateway';

const [services, port] = process.argv.slice(2);

const app = Fastify();
app.register(gateway, {
  jit: 1,
  gateway: {
    services: JSON.parse(readFileSync(services, 'utf8')).map((service) => ({
      ...service,
      keepAlive: 600_000,
      connections: 64,
      rewriteHeaders: ({ authorization }) => (authorization ? { authorization } : {}),
    })),
  },
});
await app.listen({ port: Number(port), host: '127.0.0.1' });

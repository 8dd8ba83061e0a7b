import { connect } from 'node:net';

const connectTimeoutMs = 2_000;

/** What the suites on real services need, read from the variables the tests themselves read (shared/testing/config.ts). */
function neededServices() {
  const redis = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  return [
    { name: 'MariaDB', host: process.env.MYSQL_HOST ?? '127.0.0.1', port: Number(process.env.MYSQL_PORT ?? 3306) },
    { name: 'Redis', host: redis.hostname, port: Number(redis.port || 6379) },
  ];
}

/** @returns {Promise<string[]>} `name at host:port` of each service that does not answer */
export async function unreachableServices() {
  const services = await Promise.all(
    neededServices().map(async (service) => ({ ...service, answers: await answers(service) })),
  );
  return services.filter(({ answers }) => !answers).map(({ name, host, port }) => `${name} at ${host}:${port}`);
}

function answers({ host, port }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectTimeoutMs });
    const end = (answer) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}

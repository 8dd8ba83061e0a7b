/** What the end-to-end tests run on. The switches are those of `npm test`. */

/** `TEST_DATABASE=mysql` runs them on a process per subgraph, MySQL and Redis; else on the one embedded process. */
export const mode = process.env['TEST_DATABASE'] === 'mysql' ? 'services' : 'embedded';

export const inherited = process.env;

export const mysql = {
  host: process.env['MYSQL_HOST'] ?? '127.0.0.1',
  port: Number(process.env['MYSQL_PORT'] ?? 3306),
  user: process.env['MYSQL_USER'] ?? 'root',
  password: process.env['MYSQL_PASSWORD'] ?? '',
};

export const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** Where the crash test's chance begins; set it to repeat a run that failed. */
export const crashSeed = Number(process.env['CRASH_SEED'] ?? Date.now() % 100_000);

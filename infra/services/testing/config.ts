/** The MySQL and the Redis that the test uses: those of the other suites. */
export const inherited = process.env;

export const mysql = {
  host: process.env['MYSQL_HOST'] ?? '127.0.0.1',
  port: Number(process.env['MYSQL_PORT'] ?? 3306),
  user: process.env['MYSQL_USER'] ?? 'root',
  password: process.env['MYSQL_PASSWORD'] ?? '',
};

export const redis = new URL(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');

/** CI: what is not there is a failure, not a reason to skip. */
export const isRequired = process.env['REQUIRE_SERVICES'] === '1';

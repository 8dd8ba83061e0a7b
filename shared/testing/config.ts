import { existsSync } from 'node:fs';

/** Which database the tests run on: SQLite with nothing but Node, or MySQL when `TEST_DATABASE=mysql`. */
export const testDatabase = process.env['TEST_DATABASE'] === 'mysql' ? 'mysql' : 'sqlite';

export const testMysql = {
  host: process.env['MYSQL_HOST'] ?? '127.0.0.1',
  port: Number(process.env['MYSQL_PORT'] ?? 3306),
  user: process.env['MYSQL_USER'] ?? 'root',
  password: process.env['MYSQL_PASSWORD'] ?? '',
};

const chromiumPaths = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);

/** The browser of the tests that need one. */
export const testBrowser = {
  path: process.env['CHROMIUM_PATH'] ?? chromiumPaths.find((path) => existsSync(path)) ?? null,
  isRequired: process.env['REQUIRE_SERVICES'] === '1',
};

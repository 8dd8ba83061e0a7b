/** Tests run on the sources through swc; types are tsc's job (`npm run check`). */
const swc = require('./infra/scripts/swc.cjs');

module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/shared', '<rootDir>/gateway', '<rootDir>/subgraphs', '<rootDir>/infra', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest', swc] },
  // Published as ES modules only (OpenTelemetry's exporter in part); Jest's loader needs them as CommonJS.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|@opentelemetry|oidc-provider|oidc-token-hash|koa|@koa|quick-lru|nanoid|eta|openid-client|oauth4webapi)/)',
  ],
  moduleNameMapper: { '^#shared/(.*)$': '<rootDir>/shared/$1/index.ts' },
  globalSetup: '<rootDir>/infra/scripts/jest-services.cjs',
  setupFiles: ['<rootDir>/infra/scripts/jest-setup.cjs'],
  testTimeout: 60_000,
  maxWorkers: 2,
};

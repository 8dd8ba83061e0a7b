/** Tests run on the sources through swc; types are tsc's job (`npm run check`). */
const swc = require('./infra/scripts/swc.cjs');

module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/shared', '<rootDir>/gateway', '<rootDir>/subgraphs', '<rootDir>/infra', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest', swc] },
  // These are published as ES modules only; Jest's loader needs them as CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(jose|oidc-provider|koa|@koa|oidc-token-hash|quick-lru|nanoid|eta)/)'],
  moduleNameMapper: { '^#shared/(.*)$': '<rootDir>/shared/$1/index.ts' },
  setupFiles: ['<rootDir>/infra/scripts/jest-setup.cjs'],
  testTimeout: 60_000,
  maxWorkers: 2,
};

/** Tests run on the sources through swc; types are tsc's job (`npm run check`). */
const swc = require('./infra/scripts/swc.cjs');

module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/shared', '<rootDir>/gateway', '<rootDir>/subgraphs', '<rootDir>/infra', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest', swc] },
  // jose is published as ES modules only, and OpenTelemetry's exporter imports parts of itself as such; Jest's loader
  // needs both as CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!jose/|@opentelemetry/)'],
  moduleNameMapper: { '^#shared/(.*)$': '<rootDir>/shared/$1/index.ts' },
  setupFiles: ['<rootDir>/infra/scripts/jest-setup.cjs'],
  testTimeout: 60_000,
  maxWorkers: 2,
};

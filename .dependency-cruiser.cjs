/** The import rules of the repository. Each rule's comment says why it exists. */

/** The module stands on those of the floors below it, or of its own floor; never on a higher one. */
const sharedFloors = [
  ['errors', 'ids', 'config', 'scalars', 'cache', 'region', 'test-services'],
  ['logging', 'crypto', 'storage', 'tables', 'mail'],
  ['tracing'],
  ['context'],
  ['auth', 'events', 'audit', 'rate-limits', 'expiring-store'],
  ['database', 'supergraph'],
  ['graphql'],
  ['subgraph'],
  ['testing'],
];

const gatewayFloors = [
  ['cost', 'files', 'transport', 'supergraph', 'limits', 'overload', 'drain', 'observability'],
  ['executor', 'authorize', 'consent', 'revocation', 'refusals'],
  ['operations'],
  ['subscriptions', 'rest', 'persisted', 'mcp', 'admin'],
  ['server'],
  ['testing'],
  ['conformance', 'fuzz'],
];

const testCode =
  '\\.test\\.ts$|\\.fixture\\.ts$|-test-server\\.ts$|^(shared|gateway)/testing/|^shared/test-services/|^gateway/(conformance|fuzz)/|^test/';

/** @param {string} folder @param {string[][]} floors from the ground up */
const onlyDownwards = (folder, floors) =>
  floors.slice(0, -1).map((modules, floor) => ({
    name: `${folder}-${modules.join('-')}-stands-on-lower-floors`,
    comment: `The floors of ${folder}, from the ground up: ${floors.map((names) => names.join(', ')).join(' → ')}.`,
    severity: 'error',
    from: { path: `^${folder}/(${modules.join('|')})/`, pathNot: '\\.test\\.ts$' },
    to: {
      path: `^${folder}/(${floors
        .slice(floor + 1)
        .flat()
        .join('|')})/`,
    },
  }));

/** @param {string} folder @param {string[][]} floors */
const everyModuleHasAFloor = (folder, floors) => ({
  name: `every-${folder}-module-has-a-floor`,
  comment: `A new module of ${folder} is given its floor in .dependency-cruiser.cjs.`,
  severity: 'error',
  from: {},
  to: { path: `^${folder}/[^/]+/`, pathNot: `^${folder}/(${floors.flat().join('|')})/` },
});

/** @param {string} pkg @param {...string} owners */
const ownedBy = (pkg, ...owners) => ({
  name: `only-${owners.join('-and-').replaceAll('/', '-')}-uses-${pkg.replaceAll('/', '-')}`,
  comment: `${pkg} belongs to ${owners.join(' and ')}. Everyone else uses that module's own API.`,
  severity: 'error',
  from: { pathNot: [...owners.map((owner) => `^${owner}/`), testCode] },
  to: { path: `node_modules/${pkg}/` },
});

module.exports = {
  forbidden: [
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-circular',
      comment: 'Cycles break decorator metadata at start-up.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'subgraphs-are-islands',
      comment: 'Subgraphs talk through the supergraph and events, never through imports.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'subgraphs-know-only-shared',
      severity: 'error',
      from: { path: '^subgraphs/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(gateway|codegen|infra|test)/' },
    },
    {
      name: 'tests-of-subgraphs-may-start-simulators',
      comment: 'Fakes stand at the edge only: the simulators of the providers, and nothing else of infra/.',
      severity: 'error',
      from: { path: '^subgraphs/.*\\.(test|fixture)\\.ts$' },
      to: { path: '^(gateway|codegen|infra|test)/', pathNot: '^infra/simulators/' },
    },
    {
      name: 'shared-knows-nobody',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(subgraphs|gateway|codegen|infra|test)/' },
    },
    {
      name: 'gateway-knows-only-shared',
      comment: 'The gateway knows no domain: what it does is read from the supergraph and from configuration.',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: '^(subgraphs|codegen|infra|test)/' },
    },
    {
      name: 'shared-by-its-front-door',
      comment: 'Import #shared/<module>, not a file inside it.',
      severity: 'error',
      from: { path: '^(subgraphs|gateway|infra|test)/' },
      to: { path: '^shared/[^/]+/.+', pathNot: '^shared/[^/]+/index\\.ts$' },
    },
    {
      name: 'shared-modules-by-their-front-door',
      severity: 'error',
      from: { path: '^shared/([^/]+)/' },
      to: { path: '^shared/[^/]+/.+', pathNot: ['^shared/$1/', '^shared/[^/]+/index\\.ts$'] },
    },
    {
      name: 'gateway-modules-by-their-front-door',
      severity: 'error',
      from: { path: '^gateway/([^/]+)/' },
      to: { path: '^gateway/[^/]+/.+', pathNot: ['^gateway/($1|testing)/', '^gateway/[^/]+/index\\.ts$'] },
    },
    {
      name: 'gateway-and-subgraphs-by-their-front-door',
      comment: 'What stands on both (the embedded process, the tests) enters by index.ts.',
      severity: 'error',
      from: { path: '^(infra|test)/' },
      to: { path: '^(gateway|subgraphs/[^/]+)/', pathNot: '^(gateway|subgraphs/[^/]+)/index\\.ts$|^gateway/testing/' },
    },
    ...onlyDownwards('shared', sharedFloors),
    ...onlyDownwards('gateway', gatewayFloors),
    everyModuleHasAFloor('shared', sharedFloors),
    everyModuleHasAFloor('gateway', gatewayFloors),
    {
      name: 'resolvers-do-not-query',
      comment: 'Resolvers call a service; only services and loaders touch the database.',
      severity: 'error',
      from: { path: '\\.resolver\\.ts$' },
      to: { path: 'node_modules/typeorm/' },
    },
    {
      name: 'policies-are-pure',
      comment: 'A policy sees only values: no database, no network, no service.',
      severity: 'error',
      from: { path: '\\.policy\\.ts$' },
      to: {
        pathNot: ['\\.(entity|types|codes|policy)\\.ts$', '^shared/(auth|errors)/', 'node_modules/zod/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { pathNot: testCode },
      to: { path: testCode },
    },
    {
      name: 'no-development-packages-in-production',
      comment: 'An image is installed without devDependencies. The commands in infra/scripts run in a working copy.',
      severity: 'error',
      from: { pathNot: [testCode, '^infra/scripts/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    ownedBy('jose', 'shared/auth', 'subgraphs/auth'),
    ownedBy('ioredis', 'shared/events', 'shared/rate-limits', 'shared/expiring-store'),
    ownedBy('oidc-provider', 'subgraphs/auth'),
    ownedBy('openid-client', 'subgraphs/auth'),
    ownedBy('playwright-core', 'shared/testing'),
    ownedBy('@axe-core/playwright', 'shared/testing'),
    ownedBy('rate-limiter-flexible', 'shared/rate-limits'),
    ownedBy('@aws-sdk/client-kms', 'shared/crypto'),
    ownedBy('@aws-sdk/client-s3', 'shared/storage'),
    ownedBy('@aws-sdk/s3-request-presigner', 'shared/storage'),
    ownedBy('@apollo/gateway', 'gateway'),
    ownedBy('@apollo/query-planner', 'gateway'),
    ownedBy('@apollo/subgraph', 'shared/subgraph'),
    ownedBy('@opentelemetry', 'shared/tracing'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The bench's peers have a package.json of their own, and are installed elsewhere.
    exclude: { path: '^dist/|^infra/bench/gateway/peers/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
    },
  },
};

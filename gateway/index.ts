export { adminSettings, readAdminConfig, type AdminConfig } from './admin';
export { rolesAsPolicies, type EvaluatePolicies } from './authorize';
export { demandConfig, demandSettings } from './demand-settings';
export { readConsentConfig, type ConsentConfig } from './consent';
export { ManifestError, PersistedDocuments, readManifest, type PersistedOperation } from './persisted';
export { readRefusalConfig, type RefusalConfig } from './refusals';
export { readRevocationConfig, type RevocationConfig } from './revocation';
export { createGateway, defaultGatewayConfig, type Gateway, type GatewayConfig, type GatewayOptions } from './server';
export {
  applyContract,
  checkSchema,
  composeSupergraph,
  loadSupergraph,
  readContracts,
  readSubgraphs,
  SupergraphError,
  type CheckedChange,
  type LoadedSupergraph,
  type ReadSubgraphsOptions,
  type SchemaCheck,
  type SubgraphDefinition,
} from './supergraph';
export {
  httpTransport,
  inProcessTransport,
  SignedContexts,
  type SubgraphRequest,
  type SubgraphResult,
  type SubgraphTransport,
} from './transport';
export { type EventTail, tailOf } from './subscriptions';
export { startGateway, type OpenEvents } from './start';
export { followRedis } from './follow-redis';

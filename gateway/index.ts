export { createGateway, defaultGatewayConfig, type Gateway, type GatewayConfig, type GatewayOptions } from './server';
export {
  composeSupergraph,
  loadSupergraph,
  readSubgraphs,
  SupergraphError,
  type LoadedSupergraph,
  type ReadSubgraphsOptions,
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
export { type EventTail } from './subscriptions';
export { startGateway, type OpenEvents } from './start';
export { followRedis } from './follow-redis';

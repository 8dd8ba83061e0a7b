export { mountRoutes, readBody, sendJson, type HttpRoute } from './http-route';
export { RequestContext } from './request-context';
export { printSubgraphSdl } from './schema';
export { type SubgraphAnswer } from './executor';
export { serveSubgraph, type ServedSubgraph, type ServeOptions } from './serve-subgraph';
export { startSubgraph, type Platform, type RunningSubgraph } from './start-subgraph';
export {
  defineConsumer,
  defineSubgraph,
  type Consumer,
  type DemoContext,
  type DemoPerson,
  type Organisation,
  type PortHost,
  type RouteContext,
  type Subgraph,
  type SubgraphRequest,
  type WorkContextOf,
  type Worker,
  type WorkerContext,
} from './subgraph';
export { SystemAccess } from './system-access';

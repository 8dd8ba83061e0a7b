export { Cancellation, type CancelSignal } from './cancel-signal';
export { requestHead } from './graphql-wire';
export { httpTransport } from './http-transport';
export { inProcessTransport } from './in-process-transport';
export { SignedContexts } from './signed-contexts';
export { connectSubgraphs, type FetchOutcome, type Subgraphs } from './subgraphs';
export {
  type ReliedConsents,
  type SubgraphRequest,
  type SubgraphResult,
  type SubgraphTransport,
} from './subgraph-transport';

export { actorOf, testOrganisation, type ActorOptions } from './actors';
export { describeInBrowser, type BrowserLook, type TestBrowser, type TestWindow } from './browser';
export { Collector, type CollectedSpan } from './collector';
export { describeContract } from './contract';
export { startIdentityProvider, type TestIdentity, type TestIdentityProvider } from './identity-provider';
export { recordSpans, type RecordedSpan, type SpanRecorder } from './recorded-spans';
export {
  startTestSubgraph,
  testGround,
  type TestGround,
  type TestSubgraph,
  type TestSubgraphOptions,
} from './test-subgraph';
export { testConnection } from './test-connection';
export { SmtpServer } from './smtp-server';

export { actorOf, testOrganisation, type ActorOptions } from './actors';
export { describeContract } from './contract';
export {
  startTestSubgraph,
  testGround,
  type TestGround,
  type TestSubgraph,
  type TestSubgraphOptions,
} from './test-subgraph';
export { testConnection } from './test-connection';

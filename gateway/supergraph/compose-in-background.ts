import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { print } from 'graphql';
import { type SubgraphDefinition, readComposition, readDefinitions } from './compose';

/**
 * What the thread runs. It is a text, not a module, because it needs nothing but two packages, found by the paths it is
 * given: the same lines work from the sources and from what they are compiled to.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { parse } = require(workerData.graphql);
  const { composeServices } = require(workerData.composition);
  const subgraphs = workerData.subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  const composed = composeServices(subgraphs);
  const errors = composed.errors?.map(({ message, extensions }) => ({ message, extensions: { code: extensions.code } }));
  parentPort.postMessage({ errors, supergraphSdl: composed.supergraphSdl });
`;

/**
 * Composes in a thread of its own: composition takes longer than a request may wait.
 * @throws {SupergraphError} naming every reason why they do not compose
 */
export async function composeInBackground(subgraphs: readonly SubgraphDefinition[]): Promise<string> {
  const worker = new Worker(program, {
    eval: true,
    workerData: {
      graphql: require.resolve('graphql'),
      composition: require.resolve('@apollo/composition'),
      subgraphs: readDefinitions(subgraphs).map(({ name, url, typeDefs }) => ({ name, url, sdl: print(typeDefs) })),
    },
  });
  try {
    // Rejects when the thread dies of an error.
    const [composition] = (await once(worker, 'message')) as [Parameters<typeof readComposition>[0]];
    return readComposition(composition);
  } finally {
    await worker.terminate();
  }
}

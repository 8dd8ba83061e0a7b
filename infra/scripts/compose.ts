/** Composes the subgraphs of supergraph.yaml into dist/supergraph.graphql, which any federation router can load. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { composeSupergraph, readSubgraphs, SupergraphError } from '../../gateway';

const configuration = join(process.cwd(), 'supergraph.yaml');
const target = join(process.cwd(), 'dist', 'supergraph.graphql');

function main(): void {
  const subgraphs = readSubgraphs(configuration);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, composeSupergraph(subgraphs));
  console.log(`Composed ${subgraphs.map(({ name }) => name).join(', ')}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof SupergraphError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

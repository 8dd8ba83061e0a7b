/**
 * Composes the subgraphs of supergraph.yaml into dist/supergraph.graphql, which any federation router can load.
 * `--contract NAME` writes the part of it that a contract of contracts.yaml leaves, to dist/supergraph.NAME.graphql.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyContract, composeSupergraph, readContracts, readSubgraphs, SupergraphError } from '../../gateway';

const configuration = join(process.cwd(), 'supergraph.yaml');
const contracts = join(process.cwd(), 'contracts.yaml');
const target = join(process.cwd(), 'dist');

function main(): void {
  const contract = readContractName();
  const subgraphs = readSubgraphs(configuration);
  const sdl = composeSupergraph(subgraphs);
  mkdirSync(target, { recursive: true });
  if (contract === undefined) writeFileSync(join(target, 'supergraph.graphql'), sdl);
  else writeFileSync(join(target, `supergraph.${contract}.graphql`), contracted(sdl, contract));
  console.log(`Composed ${subgraphs.map(({ name }) => name).join(', ')}`);
}

function readContractName(): string | undefined {
  try {
    return parseArgs({ options: { contract: { type: 'string' } } }).values.contract;
  } catch (error) {
    throw new SupergraphError(`${(error as Error).message}\nnpm run compose -- [--contract NAME]`, []);
  }
}

function contracted(sdl: string, name: string): string {
  const known = readContracts(contracts);
  const contract = known.get(name);
  if (!contract) throw new SupergraphError(`contracts.yaml has no contract "${name}":`, [...known.keys()]);
  const result = applyContract(sdl, contract);
  if (!result.bearsTags) console.log(`Nothing bears a tag of "${name}" yet: the contract is the whole supergraph`);
  return result.sdl;
}

try {
  main();
} catch (error) {
  if (!(error instanceof SupergraphError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

export { composeSupergraph, type SubgraphDefinition } from './compose';
export { loadSupergraph, type LoadedSupergraph } from './load';
export { readSubgraphs, type ReadSubgraphsOptions } from './rover-config';
export { SupergraphError } from './supergraph-error';

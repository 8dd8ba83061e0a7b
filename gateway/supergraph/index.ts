export { checkSchema, type CheckedChange, type SchemaCheck } from './checks';
export { composeSupergraph, type SubgraphDefinition } from './compose';
export { applyContract, readContracts, type Contract } from './contracts';
export { loadSupergraph, type LoadedSupergraph } from './load';
export { readSubgraphs, type ReadSubgraphsOptions } from './rover-config';
export { findSecurityDirectives } from './security';
export { composedFile, roverConfig, type SupergraphSource } from './source';
export { SupergraphError } from './supergraph-error';
export { watchSupergraph, type SupergraphWatch } from './watch';

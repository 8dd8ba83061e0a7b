export { createSupergraphClient, type OnBehalfOf, type SupergraphClient, type SupergraphQuery } from './client';

export { createSupergraphClient, type SupergraphClient } from './client';

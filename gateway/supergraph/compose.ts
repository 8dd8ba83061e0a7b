import { composeServices } from '@apollo/composition';
import { type DocumentNode, type GraphQLError, parse } from 'graphql';
import { SupergraphError } from './supergraph-error';

export interface SubgraphDefinition {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: string | DocumentNode;
}

/**
 * The supergraph SDL of some subgraphs, with every policy directive they carry.
 * @throws {SupergraphError} naming every reason why they do not compose
 */
export function composeSupergraph(subgraphs: readonly SubgraphDefinition[]): string {
  if (subgraphs.length === 0) throw new SupergraphError('There are no subgraphs to compose', []);
  const composed = composeServices(subgraphs.map(readDefinition));
  if (composed.errors) throw new SupergraphError('The subgraphs do not compose:', composed.errors.map(describe));
  return composed.supergraphSdl;
}

function readDefinition({ name, url, typeDefs }: SubgraphDefinition): {
  name: string;
  url: string;
  typeDefs: DocumentNode;
} {
  try {
    return { name, url, typeDefs: typeof typeDefs === 'string' ? parse(typeDefs) : typeDefs };
  } catch (error) {
    throw new SupergraphError(`The schema of ${name} is not valid SDL:`, [(error as Error).message]);
  }
}

function describe(error: GraphQLError): string {
  const { code } = error.extensions;
  const message = error.message.replaceAll('\n', '\n    ');
  return typeof code === 'string' ? `${code}: ${message}` : message;
}

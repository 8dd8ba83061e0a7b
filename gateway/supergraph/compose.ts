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
  return readComposition(composeServices(readDefinitions(subgraphs)));
}

/** What composition says of an error. */
type CompositionError = Pick<GraphQLError, 'message' | 'extensions'>;

/** @throws {SupergraphError} */
export function readComposition({
  errors,
  supergraphSdl,
}: {
  readonly errors?: readonly CompositionError[] | undefined;
  readonly supergraphSdl?: string | undefined;
}): string {
  if (errors) throw new SupergraphError('The subgraphs do not compose:', errors.map(describe));
  if (supergraphSdl === undefined) throw new SupergraphError('Composition gave neither a supergraph nor errors', []);
  return supergraphSdl;
}

/** @throws {SupergraphError} naming the subgraph whose schema is not SDL */
export function readDefinitions(subgraphs: readonly SubgraphDefinition[]): ReturnType<typeof readDefinition>[] {
  if (subgraphs.length === 0) throw new SupergraphError('There are no subgraphs to compose', []);
  return subgraphs.map(readDefinition);
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

function describe(error: CompositionError): string {
  const { code } = error.extensions;
  const message = error.message.replaceAll('\n', '\n    ');
  return typeof code === 'string' ? `${code}: ${message}` : message;
}

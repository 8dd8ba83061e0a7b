import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/resolverMap';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, parse } from 'graphql';
import { buildSchema, createResolversMap, type PubSub } from 'type-graphql';
import { sdlHeader } from '#shared/graphql';
import { DateTime } from '#shared/scalars';
import { type Subgraph } from './subgraph';

/** The executable schema of a subgraph, with `_entities` and `_service`. */
export async function buildSubgraph<Ports>(subgraph: Subgraph<Ports>): Promise<{ schema: GraphQLSchema; sdl: string }> {
  const schema = await buildSchema({
    resolvers: subgraph.resolvers,
    orphanedTypes: [...(subgraph.orphanedTypes ?? [])],
    scalarsMap: [{ type: Date, scalar: DateTime }],
    validate: false,
    pubSub: noPubSub,
    skipCheck: true,
  });
  const sdl = `${sdlHeader}\n${printSchemaWithDirectives(schema)}\n`;
  const resolvers = createResolversMap(schema) as GraphQLResolverMap<unknown>;
  for (const [typeName, resolve] of Object.entries(subgraph.references)) {
    resolvers[typeName] = { ...(resolvers[typeName] as object), __resolveReference: resolve };
  }
  return { schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers }), sdl };
}

/** type-graphql asks for one as soon as there is a subscription field. Events come from the outbox; see `Live`. */
const noPubSub: PubSub = {
  publish: refuse,
  subscribe: refuse,
};

function refuse(): never {
  throw new Error('Publish through the UnitOfWork, subscribe at the gateway');
}

/** The SDL that is committed as `schema.graphql` and composed into the supergraph. */
export async function printSubgraphSdl<Ports>(subgraph: Subgraph<Ports>): Promise<string> {
  return (await buildSubgraph(subgraph)).sdl;
}

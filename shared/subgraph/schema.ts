import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/resolverMap';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  parse,
} from 'graphql';
import { buildSchema, createResolversMap, type PubSub } from 'type-graphql';
import { TenantEntity } from '#shared/database';
import { sdlHeader } from '#shared/graphql';
import { DateTime } from '#shared/scalars';
import { auditChainResolver } from './audit-chain.resolver';
import { type RequestContext } from './request-context';
import { type Subgraph } from './subgraph';

/** The executable schema of a subgraph, with `_entities` and `_service`. */
export async function buildSubgraph<Ports>(subgraph: Subgraph<Ports>): Promise<{ schema: GraphQLSchema; sdl: string }> {
  const schema = await buildSchema({
    resolvers: [...subgraph.resolvers, auditChainResolver(subgraph.name)],
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
  const typeDefs = parse(sdl);
  auditFields(typeDefs, resolvers);
  return { schema: buildSubgraphSchema({ typeDefs, resolvers }), sdl };
}

/** Makes `@audited` true: each resolution of such a field is noted with its action, and stored when the request ends. */
function auditFields(typeDefs: DocumentNode, resolvers: GraphQLResolverMap<unknown>): void {
  for (const definition of typeDefs.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const fields = resolvers[definition.name.value] as Record<string, GraphQLFieldResolver<unknown, RequestContext>>;
    for (const field of definition.fields ?? []) {
      const action = auditedAction(field);
      const resolve = fields[field.name.value];
      if (action === null || !resolve) continue;
      // eslint-disable-next-line @typescript-eslint/max-params -- the signature of every GraphQL resolver
      fields[field.name.value] = (source, given, context, info) => {
        if (source instanceof TenantEntity) context.audited(action, source);
        return resolve(source, given, context, info);
      };
    }
  }
}

function auditedAction({ directives = [] }: FieldDefinitionNode): string | null {
  const value = directives.find(({ name }) => name.value === 'audited')?.arguments?.[0]?.value;
  return value?.kind === Kind.STRING ? value.value : null;
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

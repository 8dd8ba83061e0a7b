import { type IncomingHttpHeaders, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

const header = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

export type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
>;

export interface OpenSubgraph {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: string;
  /** Headers of the requests it was sent. */
  readonly requests: readonly IncomingHttpHeaders[];
  close(): Promise<void>;
}

/** A subgraph as anybody may have it: it answers whoever asks. */
export async function serveOpenSubgraph(
  name: string,
  { typeDefs: own, resolvers }: { readonly typeDefs: string; readonly resolvers: Resolvers },
): Promise<OpenSubgraph> {
  const typeDefs = `${header} ${own}`;
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers });
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    void text(request).then(async (body) => {
      const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
      const result = await graphql({ schema, source: query, variableValues: variables ?? {} });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/graphql`,
    typeDefs,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

import { type LoadedSupergraph } from './supergraph';
import { type SubgraphTransport } from './transport';

export interface RemoteSubgraphsOptions {
  /** Opens the way to one subgraph. */
  readonly connect: (subgraph: { readonly name: string; readonly url: string }) => SubgraphTransport;
  /** The address of a subgraph; the supergraph's own unless configured otherwise. */
  readonly urlOf: (subgraph: { readonly name: string; readonly url: string }) => string;
}

interface Connection {
  readonly url: string;
  readonly transport: SubgraphTransport;
}

/**
 * The ways to the subgraphs of the supergraph that is served. One that stays where it is keeps its connections over a
 * reload; one that is gone can still be reached by what began before.
 */
export class RemoteSubgraphs extends Map<string, SubgraphTransport> {
  private readonly connections = new Map<string, Connection>();
  private readonly retired: SubgraphTransport[] = [];

  constructor(private readonly options: RemoteSubgraphsOptions) {
    super();
  }

  override get(name: string): SubgraphTransport | undefined {
    return super.get(name) ?? this.connections.get(name)?.transport;
  }

  /** Makes the keys of this map the subgraphs of `supergraph`. */
  follow({ subgraphs }: Pick<LoadedSupergraph, 'subgraphs'>): void {
    this.clear();
    for (const subgraph of subgraphs) this.set(subgraph.name, this.connect(subgraph));
  }

  /** Closes what is no longer in the map; what is, the gateway closes. */
  async closeRetired(): Promise<void> {
    const gone = [...this.connections].filter(([name]) => !this.has(name)).map(([, { transport }]) => transport);
    await Promise.all([...this.retired, ...gone].map((transport) => transport.close()));
  }

  private connect(subgraph: { readonly name: string; readonly url: string }): SubgraphTransport {
    const { name } = subgraph;
    const url = this.options.urlOf(subgraph);
    const known = this.connections.get(name);
    if (known?.url === url) return known.transport;
    // Not closed before the gateway is: requests of the old supergraph may be on their way there, and retry.
    if (known) this.retired.push(known.transport);
    const transport = this.options.connect({ name, url });
    this.connections.set(name, { url, transport });
    return transport;
  }
}

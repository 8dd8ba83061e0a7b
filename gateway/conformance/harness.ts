import { type Answer, startTestGateway } from '../testing/test-gateway';
import { type Faults } from './faults';
import { ConformanceSupergraph, type SupergraphFixture } from './supergraph';
import { World } from './world';

export interface ConformanceGateway {
  /** Which subgraphs were asked, in order, and what. */
  readonly asked: { readonly subgraph: string; readonly query: string }[];
  /** In a calm world: see `World`. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Pick<Answer, 'data' | 'errors'>>;
  askAmid(faults: Faults, query: string): Promise<Pick<Answer, 'data' | 'errors'>>;
  close(): Promise<void>;
}

/** The gateway as clients meet it, over HTTP, in front of a fixture's subgraphs. */
export async function startConformanceGateway(fixture: SupergraphFixture): Promise<ConformanceGateway> {
  const supergraph = new ConformanceSupergraph(fixture);
  const asked: ConformanceGateway['asked'] = [];
  const transports = supergraph.transports((subgraph, query) => asked.push({ subgraph, query }));
  const gateway = await startTestGateway({
    config: { introspection: 'always' },
    instead: { supergraph: supergraph.loaded, transports },
  });
  await gateway.listen();

  async function post(body: object, correlationId?: string): Promise<Pick<Answer, 'data' | 'errors'>> {
    const answer = await gateway.post(body, correlationId === undefined ? {} : { 'x-correlation-id': correlationId });
    const { data, errors } = answer;
    return { ...(data !== undefined && { data }), ...(errors && { errors }) };
  }

  return {
    asked,
    ask: (query, variables = {}) => {
      asked.length = 0;
      return post({ query, variables });
    },
    askAmid: (faults, query) =>
      supergraph.during({ world: new World(supergraph.model, null), faults, journal: [] }, (id) => post({ query }, id)),
    close: () => gateway.close(),
  };
}

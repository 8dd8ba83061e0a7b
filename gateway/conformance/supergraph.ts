import { randomUUID } from 'node:crypto';
import { type ExecutionResult, type GraphQLSchema, execute, parse } from 'graphql';
import { composeSupergraph, loadSupergraph, type LoadedSupergraph } from '../supergraph';
import { type SubgraphTransport, inProcessTransport } from '../transport';
import { Faults } from './faults';
import { Model } from './model';
import { ConformanceSubgraph, type Run } from './subgraph';
import { type Thing, World } from './world';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", ' +
  '"@requires", "@provides", "@tag", "@override", "@inaccessible", "@interfaceObject", "@extends"])\n';

/** Small subgraphs by name, each as SDL without its `@link`. */
export interface SupergraphFixture {
  readonly name: string;
  readonly subgraphs: Readonly<Record<string, string>>;
}

export interface Question {
  readonly source: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string | null;
}

/** A fixture composed, its subgraphs at work in this process, and the same data in one schema without federation. */
export class ConformanceSupergraph {
  readonly name: string;
  readonly loaded: LoadedSupergraph;
  readonly model: Model;
  private readonly subgraphs: readonly ConformanceSubgraph[];
  private readonly runs = new Map<string, Run>();
  private readonly calm: World;

  constructor(fixture: SupergraphFixture) {
    const sdls = Object.entries(fixture.subgraphs).map(([name, sdl]): [string, string] => [name, link + sdl]);
    this.name = fixture.name;
    this.model = new Model(Object.fromEntries(sdls));
    this.loaded = loadSupergraph(
      composeSupergraph(sdls.map(([name, typeDefs]) => ({ name, url: `http://127.0.0.1:1/${name}`, typeDefs }))),
    );
    this.subgraphs = sdls.map(([name, sdl]) => new ConformanceSubgraph(name, sdl, this.model));
    this.calm = new World(this.model, null);
  }

  get schema(): GraphQLSchema {
    return this.loaded.schema;
  }

  get subgraphNames(): string[] {
    return this.subgraphs.map(({ name }) => name);
  }

  /** Requests that belong to no run find a calm world in which nothing goes wrong. */
  transports(asked: (subgraph: string, query: string) => void = () => undefined): Map<string, SubgraphTransport> {
    return new Map(
      this.subgraphs.map((subgraph): [string, SubgraphTransport] => [
        subgraph.name,
        inProcessTransport((request) => {
          asked(subgraph.name, request.query);
          const run = this.runs.get(request.correlationId);
          return subgraph.execute(request, run ?? { world: this.calm, faults: new Faults(), journal: [] });
        }),
      ]),
    );
  }

  /** @param ask is given the correlation id by which the subgraphs know the run */
  async during<Answer>(run: Run, ask: (correlationId: string) => Promise<Answer>): Promise<Answer> {
    const correlationId = randomUUID();
    this.runs.set(correlationId, run);
    try {
      return await ask(correlationId);
    } finally {
      this.runs.delete(correlationId);
    }
  }

  /** What one server with all of the data would answer. Its schema has no resolvers, so graphql-js asks the world. */
  async askMonolith({ source, variables, operationName }: Question, { world, journal }: Run): Promise<ExecutionResult> {
    return execute({
      schema: this.schema,
      document: parse(source),
      variableValues: variables ?? {},
      operationName: operationName ?? null,
      // eslint-disable-next-line @typescript-eslint/max-params -- the signature of every GraphQL resolver
      fieldResolver: (parent, args: Record<string, unknown>, _context, { fieldName, parentType }): unknown => {
        const thing = (parent as Thing | undefined) ?? { __typename: parentType.name, number: 0 };
        if (parentType.name === 'Mutation') journal.push(`${fieldName} ${JSON.stringify(args)}`);
        return world.wholeValue(thing, fieldName, args);
      },
      typeResolver: (thing) => (thing as Thing).__typename,
    });
  }
}

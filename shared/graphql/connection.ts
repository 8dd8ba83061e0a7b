import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { type Page } from '#shared/database';
import { shareable } from './shareable';

@shareable
@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage!: boolean;

  @Field()
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

export interface Edge<E> {
  readonly cursor: string;
  readonly node: E;
}

export interface Connection<E> {
  readonly edges: readonly Edge<E>[];
  readonly nodes: readonly E[];
  readonly pageInfo: PageInfo;
  readonly countAll: () => Promise<number>;
}

/** What the SDL says of every list field, so that the gateway can price it before running it. */
export const listSize =
  '@listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)';

/**
 * The Relay connection of a type: `<Name>Connection` and `<Name>Edge`.
 * https://relay.dev/graphql/connections.htm, with `nodes` and `totalCount` added.
 */
export function connectionType<E extends object>(name: string, type: () => ClassType<E>): ClassType<Connection<E>> {
  @ObjectType(`${name}Edge`)
  class EdgeOfType {
    @Field()
    cursor!: string;

    @Field(type)
    node!: E;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionOfType implements Connection<E> {
    @Field(() => [EdgeOfType])
    edges!: Edge<E>[];

    @Field(() => [type()])
    nodes!: E[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    countAll!: () => Promise<number>;

    @Field(() => Int, { description: 'How many the caller may see in all' })
    totalCount(): Promise<number> {
      return this.countAll();
    }
  }
  return ConnectionOfType;
}

/** A page as its connection type answers it. */
export function connectionOf<E>(page: Page<E>): Connection<E> {
  const edges = page.nodes.map((node, index) => ({ node, cursor: page.cursors[index] ?? '' }));
  return {
    edges,
    nodes: page.nodes,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    countAll: page.countAll,
  };
}

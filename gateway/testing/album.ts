import { type ConsentConfig } from '../consent';
import { type LoadedSupergraph } from '../supergraph';
import { type GuardedAnswer, type GuardedGateway, guardedSupergraph, openGuarded } from './agreements';

/** People's pictures in one subgraph, and whose they are in another. */
export const albumTypeDefs = {
  pictures: `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@inaccessible"])
      @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@consent", "@onEvent"])
      @composeDirective(name: "@consent") @composeDirective(name: "@onEvent")
    directive @onEvent(types: [String!]!, match: [String!]) on FIELD_DEFINITION
    directive @consent(purpose: String!, subject: String! = "personId", dataCategory: String! = "CLINICAL") on FIELD_DEFINITION | OBJECT
    type Picture @key(fields: "id") {
      id: ID!
      personId: ID! @inaccessible
      title: String!
      url: String @consent(purpose: "SHOWING", dataCategory: "IMAGE")
      face: String @consent(purpose: "RECOGNISING", subject: "owner.person.id")
    }
    type Query { pictures(count: Int!): [Picture!]! }
    type Subscription { pictureChanged: Picture @onEvent(types: ["clinical.case.*"]) }`,
  owners: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Picture @key(fields: "id") { id: ID! owner: Owner }
    type Owner { person: Person! }
    type Person { id: ID! }
    type Query { owners: Int }`,
};

export type Album = GuardedGateway;
export interface AlbumData {
  readonly pictures: readonly Record<string, unknown>[];
}
export type AlbumAnswer = GuardedAnswer<AlbumData>;

const personOf = (pictureId: string): string => pictureId.replace('picture', 'person');
const pictureOf = (id: string): object => ({
  ...{ __typename: 'Picture', id, personId: personOf(id), title: `Title of ${id}` },
  ...{ url: `url of ${id}`, face: `face of ${id}` },
});

const resolvers = {
  pictures: {
    Query: {
      pictures: (_root: unknown, { count }: { count: number }) =>
        Array.from({ length: count }, (_, index) => pictureOf(`picture-${String(index)}`)),
    },
    Picture: { __resolveReference: ({ id }: { id: string }) => pictureOf(id) },
    Subscription: {
      pictureChanged: (_root: unknown, _given: unknown, { event }: { event?: { resourceId: string } }) =>
        event && pictureOf(event.resourceId),
    },
  },
  owners: {
    Picture: { __resolveReference: ({ id }: { id: string }) => ({ id, owner: { person: { id: personOf(id) } } }) },
  },
};

export const albumSupergraph = (): LoadedSupergraph => guardedSupergraph(albumTypeDefs);

/** A gateway over the album, listening on a free port. */
export function openAlbum(consent?: ConsentConfig | null): Promise<Album> {
  const { pictures, owners } = albumTypeDefs;
  return openGuarded(
    {
      pictures: { typeDefs: pictures, resolvers: resolvers.pictures },
      owners: { typeDefs: owners, resolvers: resolvers.owners },
    },
    consent,
  );
}

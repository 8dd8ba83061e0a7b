import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ResponsePath } from './response-path';

/** A failed fetch is told for this many places; one more would tell a client nothing new. */
const maxPlaces = 50;

/** Without the name of the subgraph: which one failed is the operators' business, the path tells what is missing. */
export function errorAt(error: GraphQLFormattedError, path: ResponsePath): GraphQLError {
  const { serviceName: _serviceName, ...extensions } = error.extensions ?? {};
  return new GraphQLError(error.message, { path, extensions });
}

/** The error of a whole fetch stands at every field that it should have brought. */
export function errorsAtFields(error: GraphQLFormattedError, places: Iterable<ResponsePath>): GraphQLError[] {
  const errors: GraphQLError[] = [];
  for (const place of places) {
    errors.push(errorAt(error, place));
    if (errors.length === maxPlaces) break;
  }
  return errors.length > 0 ? errors : [errorAt(error, [])];
}

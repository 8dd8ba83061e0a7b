import { GraphQLError } from 'graphql';
import { type AccessRule, type Actor } from '#shared/auth';
import { DomainError } from '#shared/errors';

type Path = readonly (string | number)[];

/** The error that stands beside the null of a denied field. */
export function denialError(rule: AccessRule, actor: Actor | null, path: Path): GraphQLError {
  const isRootField = path.length === 1;
  const cause =
    !actor && isRootField
      ? new DomainError('UNAUTHENTICATED', 'A valid access token is required', detailsOf(rule))
      : new DomainError(
          'UNAUTHORIZED_FIELD_OR_TYPE',
          'This field needs scopes the caller does not have',
          detailsOf(rule),
        );
  return new GraphQLError(cause.message, { path, extensions: cause.extensions });
}

function detailsOf(rule: AccessRule): { details: { requiredScopes: AccessRule['alternatives'] } } {
  return { details: { requiredScopes: rule.alternatives } };
}

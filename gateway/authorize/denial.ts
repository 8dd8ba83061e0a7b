import { GraphQLError } from 'graphql';
import { type AccessRule, type Actor, isSatisfied } from '#shared/auth';
import { DomainError } from '#shared/errors';

type Path = readonly (string | number)[];

/** The error that stands beside the null of a denied field. */
export function denialError(rule: AccessRule, actor: Actor | null, path: Path): GraphQLError {
  const { message, extensions } = causeOf(rule, actor, path);
  return new GraphQLError(message, { path, extensions });
}

function causeOf(rule: AccessRule, actor: Actor | null, path: Path): DomainError {
  const details = { requiredScopes: rule.alternatives };
  const isRootField = path.length === 1;
  if (rule.authenticated && !actor) {
    const code = isRootField ? 'UNAUTHENTICATED' : 'UNAUTHORIZED_FIELD_OR_TYPE';
    return new DomainError(code, 'A valid access token is required', { details });
  }
  const hasScopes = isSatisfied({ ...rule, policies: [] }, actor);
  const message = hasScopes
    ? 'A policy does not allow the caller this field'
    : 'This field needs scopes the caller does not have';
  return new DomainError('UNAUTHORIZED_FIELD_OR_TYPE', message, { details });
}

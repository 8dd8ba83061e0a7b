import { type AccessRule } from '#shared/auth';
import { ConfigError } from '#shared/config';
import { DomainError } from '#shared/errors';
import { type Denial } from './denials';

/**
 * What becomes of an operation with denied fields. `filter`: they are null, the rest is answered. `reject`: nothing of
 * it is executed. `dry-run`: all of it is executed, and the answer says what would have been denied.
 */
export const authorizationModes = ['filter', 'reject', 'dry-run'] as const;
export type AuthorizationMode = (typeof authorizationModes)[number];

/** More than this tell a client nothing new. */
const maxListed = 100;

/**
 * A dry run shows everybody everything, so it stays on the machine of whoever develops a supergraph.
 * @throws {ConfigError} for a dry run on an address that others can reach
 */
export function assertModeFits(mode: AuthorizationMode, host: string): void {
  if (mode !== 'dry-run' || /^(127(\.\d+){3}|::1|localhost)$/.test(host)) return;
  throw new ConfigError('A gateway that does not enforce authorization (dry-run) listens on loopback only');
}

/** What the client is told of one denied field. */
interface UnauthorizedPath {
  readonly path: readonly string[];
  readonly field: string;
  readonly requiredScopes: AccessRule['alternatives'];
}

/** An operation that is not executed because of what the caller may not have of it. HTTP 403. */
export class RejectionError extends DomainError {
  readonly status = 403;

  constructor(denials: readonly Denial[]) {
    const details = { unauthorizedPaths: listed(denials) };
    super('FORBIDDEN', 'The caller may not have all that this operation asks for', { details });
  }
}

/** Null when nothing of an operation is denied. */
export function rejectionOf(denials: readonly Denial[]): RejectionError | null {
  return denials.length > 0 ? new RejectionError(denials) : null;
}

/** For the `extensions` of an answer that was not filtered. */
export function reportOf(denials: readonly Denial[]): {
  readonly authorization: { readonly unauthorizedPaths: readonly UnauthorizedPath[] };
} {
  return { authorization: { unauthorizedPaths: listed(denials) } };
}

function listed(denials: readonly Denial[]): UnauthorizedPath[] {
  return denials
    .slice(0, maxListed)
    .map(({ path, coordinate, rule }) => ({ path, field: coordinate, requiredScopes: rule.alternatives }));
}

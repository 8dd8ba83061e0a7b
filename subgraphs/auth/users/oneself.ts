import { type UnitOfWork } from '#shared/database';
import { ForbiddenError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type CredentialHome, credentialHomeOf } from '../logins/credential-home';

/**
 * Who is asking, as a person with a credential of their own.
 * @throws {DomainError} FORBIDDEN for clients and services
 */
export async function selfOf({
  unit,
  system,
}: {
  readonly unit: UnitOfWork;
  readonly system: SystemAccess;
}): Promise<{ readonly userId: string; readonly home: CredentialHome }> {
  const { userId, organisationId, region } = unit.actor;
  if (userId === null) throw new ForbiddenError('This is for people, about their own account');
  const home = await credentialHomeOf(system, { userId, organisation: { organisationId, region } }, unit.at);
  return { userId, home };
}

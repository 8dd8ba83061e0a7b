import { openSession } from '../sessions/open-session';
import { type AuthTokens, tokensOf } from '../sessions/session.types';
import { type AuthenticatedPerson } from './authenticated-person';
import { type SignInWork } from './login.service';
import { type SignedInUser } from './login.types';

/** A session for somebody who has signed in, and who they are in ids. */
export async function signedIn(
  work: SignInWork,
  { user, product, roles, scopes, amr, authenticatedAt }: AuthenticatedPerson,
): Promise<{ readonly tokens: AuthTokens; readonly user: SignedInUser }> {
  const { id: userId, organisationId, patientIds, practitionerId } = user;
  const session = await openSession(work, {
    ...{ userId, organisationId, product, scopes, methods: amr, authenticatedAt },
  });
  return {
    tokens: tokensOf(session),
    user: { id: userId, organisationId, roles: [...roles], patientIds, practitionerId },
  };
}

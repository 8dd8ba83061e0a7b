import { issueAccessToken } from '../tokens/access-token';
import { type AuthenticatedPerson } from './authenticated-person';
import { type SignInWork } from './login.service';
import { type AuthTokens, type SignedInUser } from './login.types';

/** Tokens for somebody who has signed in, and who they are in ids. */
export async function signedIn(
  { ports, system, at }: SignInWork,
  { user, product, roles, scopes }: AuthenticatedPerson,
): Promise<{ readonly tokens: AuthTokens; readonly user: SignedInUser }> {
  const { id: userId, organisationId, region, patientIds, practitionerId } = user;
  const subject = {
    ...{ subject: userId, clientId: product.id, productId: product.id, organisationId, region, scopes },
    user: { userId, roles, patientIds, practitionerId },
  };
  const {
    accessToken,
    expiresInSeconds: expiresIn,
    scopes: scope,
  } = await issueAccessToken({ ports, system }, subject, at);
  return {
    tokens: { accessToken, expiresIn, tokenType: 'Bearer', scope: [...scope] },
    user: { id: userId, organisationId, roles: [...roles], patientIds, practitionerId },
  };
}

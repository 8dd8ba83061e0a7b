import { authenticateClient, type AuthenticatedClient, type ClientWork } from '../clients/client-authentication';
import { isScope, type Scope } from '#shared/auth';
import { type IssuedToken, issueAccessToken } from './access-token';
import { OAuthError } from './oauth-error';
import { type TokenRequest } from './token-request';

const maxCredentialLength = 256;

/**
 * The client-credentials grant (RFC 6749 §4.4).
 * @throws {OAuthError} invalid_client, unauthorized_client, invalid_scope
 */
export async function grantByClientCredentials(work: ClientWork, request: TokenRequest): Promise<IssuedToken> {
  const { client, product } = await authenticated(work, request);
  if (!product.authMethods.includes('CLIENT_CREDENTIALS')) {
    throw new OAuthError('unauthorized_client', 'This client may not use this grant type');
  }
  const { id: clientId, organisationId, region } = client;
  const scopes = narrow(product.entitled(client.scopeNames), request.scopes);
  const subject = { subject: clientId, clientId, organisationId, region, productId: product.id, scopes };
  return issueAccessToken(work, subject, work.at);
}

/** Wrong secrets are counted per client id; past the limit a client is not heard, even with the right one. */
async function authenticated(work: ClientWork, { clientId, clientSecret }: TokenRequest): Promise<AuthenticatedClient> {
  const { clientAttempts } = work.ports;
  if (clientId.length > maxCredentialLength || clientSecret.length > maxCredentialLength)
    throw OAuthError.invalidClient();
  const waitSeconds = clientAttempts.waitSeconds(clientId, work.at);
  if (waitSeconds > 0) {
    const headers = { 'retry-after': String(waitSeconds) };
    throw new OAuthError('invalid_client', 'Too many failed attempts', { status: 429, headers });
  }
  const found = await authenticateClient(work, clientId, clientSecret);
  if (!found) {
    clientAttempts.failed(clientId, work.at);
    throw OAuthError.invalidClient();
  }
  clientAttempts.succeeded(clientId);
  return found;
}

/** What was asked for narrows the token; asking for more than the client is entitled to is an error, not a smaller token. */
function narrow(entitled: readonly Scope[], asked: readonly string[] | null): readonly Scope[] {
  if (asked === null) return entitled;
  const held: ReadonlySet<string> = new Set(entitled);
  const wanted = [...new Set(asked)].filter(isScope);
  if (asked.some((scope) => !held.has(scope))) {
    throw new OAuthError('invalid_scope', 'The client is not entitled to all of these scopes');
  }
  return wanted;
}

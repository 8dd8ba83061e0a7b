import { type Client, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { type AuthConfig } from '../config';
import { type KeySet } from '../tokens/signing-keys';
import { type PersonAccount } from './account';
import { entitledScopesOf, partsOf } from './engine-client';
import { errors } from './load-engine';
import { beyondEntitlement, entitledScopes, identityScopes } from './scope.policy';

/** What RFC 8707's `resource` calls the platform's API: an absolute URI made of the audience. */
export function apiResource({ TOKEN_AUDIENCE: audience }: AuthConfig): string {
  return URL.canParse(audience) ? audience : `urn:${audience}`;
}

/** How access tokens for the platform's API are made, and what the client of this request may have in one at most. */
export function resourceServerFor(
  { config, keys }: { readonly config: AuthConfig; readonly keys: KeySet },
  client: Client,
  person?: PersonAccount['person'],
): ResourceServer {
  const entitled = entitledOf(client, person);
  const { kid, alg } = keys.active;
  return {
    scope: (person ? [...identityScopes, ...entitled] : entitled).join(' '),
    audience: config.TOKEN_AUDIENCE,
    accessTokenTTL: config.ACCESS_TOKEN_SECONDS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg, kid } },
  };
}

/** The same for a request at an endpoint, where more than the client is entitled to is an error and not less. */
export function resourceServerOf(
  parts: { readonly config: AuthConfig; readonly keys: KeySet },
  ctx: KoaContextWithOIDC,
  client: Client,
): ResourceServer {
  const { params = {}, account } = ctx.oidc;
  const entitled = entitledOf(client);
  const isForItself = params['grant_type'] === 'client_credentials';
  const held = isForItself ? entitled : [...identityScopes, ...entitled];
  // The client leaves the scope to us: it gets everything it is entitled to.
  if (isForItself) params['scope'] ??= entitled.join(' ') || undefined;
  const beyond = beyondEntitlement(held, partsOf(params['scope']));
  if (beyond.length > 0) {
    throw new errors.InvalidScope('the client is not entitled to all of these scopes', beyond.join(' '));
  }
  const server = resourceServerFor(parts, client, (account as PersonAccount | undefined)?.person);
  // Before the person is known, whatever the client may have is possible.
  return account ? server : { ...server, scope: held.join(' ') };
}

function entitledOf(client: Client, person?: PersonAccount['person']): string[] {
  const scopes = entitledScopesOf(client);
  return entitledScopes({ client: scopes, product: scopes, ...(person && { person: person.scopes }) });
}

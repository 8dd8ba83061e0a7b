import { type AdapterPayload } from 'oidc-provider';
import { writeCallerLimits } from '#shared/auth';
import { type AuthMethod } from '../products/product.entity';
import { type ClientAuthMethod, type ClientSettings } from './client-settings.entity';
import { type RegisteredClient } from './registered-client';

export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** Properties of ours that the engine carries along with a client. */
export const ownClientProperties = [
  'org_id',
  'region',
  'product_id',
  'entitled_scopes',
  'is_product',
  'limits',
] as const;

const engineMethods = {
  CLIENT_SECRET: 'client_secret_basic',
  PRIVATE_KEY_JWT: 'private_key_jwt',
  NONE: 'none',
} as const satisfies Record<ClientAuthMethod, string>;

/** RFC 7591 §2 metadata of a client: what its product allows, as far as the client can do it. */
export function clientMetadata(client: RegisteredClient, placeholderSecret: string): AdapterPayload {
  const { id, name, organisationId, region, product, entitled } = client;
  const grants = grantTypesOf(client);
  const limits = client.limits && writeCallerLimits(client.limits);
  return {
    client_id: id,
    client_name: name,
    ...authenticationOf(client.settings, placeholderSecret),
    grant_types: grants,
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    redirect_uris: client.settings?.redirectUris ?? [],
    post_logout_redirect_uris: client.settings?.postLogoutRedirectUris ?? [],
    ...{ org_id: organisationId, region, product_id: product.id, entitled_scopes: entitled.join(' ') },
    is_product: client.isProduct,
    ...(limits && { limits }),
  };
}

function authenticationOf(settings: ClientSettings | null, placeholderSecret: string): AdapterPayload {
  const token_endpoint_auth_method = engineMethods[settings?.authMethod ?? 'NONE'];
  switch (token_endpoint_auth_method) {
    case 'client_secret_basic':
      // The engine insists that there is one; what is compared is the hashes, in client-secrets.ts.
      return { token_endpoint_auth_method, client_secret: placeholderSecret };
    case 'private_key_jwt':
      return { token_endpoint_auth_method, jwks: settings?.jwks ?? { keys: [] } };
    case 'none':
      return { token_endpoint_auth_method };
  }
}

const grantsOf: Readonly<Partial<Record<AuthMethod, readonly string[]>>> = {
  CLIENT_CREDENTIALS: ['client_credentials'],
  AUTHORIZATION_CODE_PKCE: ['authorization_code', 'refresh_token'],
  DEVICE_CODE: [deviceCodeGrant, 'refresh_token'],
  TOKEN_EXCHANGE: [tokenExchangeGrant],
};

/** A client that cannot keep a secret acts for people only; one without redirect addresses has no use for codes. */
function grantTypesOf({ product, settings, isProduct }: RegisteredClient): string[] {
  if (isProduct) return ['refresh_token'];
  const isPublic = settings?.authMethod === 'NONE';
  const hasRedirect = (settings?.redirectUris.length ?? 0) > 0;
  const grants = new Set(
    product.authMethods.flatMap((method) => {
      if (isPublic && (method === 'CLIENT_CREDENTIALS' || method === 'TOKEN_EXCHANGE')) return [];
      if (!hasRedirect && method === 'AUTHORIZATION_CODE_PKCE') return [];
      return grantsOf[method] ?? [];
    }),
  );
  return [...grants];
}

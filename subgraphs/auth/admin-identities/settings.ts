import { ConfigError, setting } from '#shared/config';
import { IdentityProvider } from './identity-provider';

/** Sign-in of the platform's own staff by their identity provider. Off unless the first four are given. */
export const adminIdentitySettings = {
  ADMIN_OIDC_ISSUER: setting.optionalUrl(),
  ADMIN_OIDC_CLIENT_ID: setting.optionalText(),
  ADMIN_OIDC_CLIENT_SECRET: setting.optionalText(),
  /** The provider's hosted domain that staff belong to. */
  ADMIN_OIDC_DOMAIN: setting.optionalText(),
  /** The product of the administrators' organisation that their tokens are for; it must allow OIDC_GOOGLE. */
  ADMIN_PRODUCT_KEY: setting.text('admin-console'),
};

interface AdminIdentityConfig {
  readonly ADMIN_OIDC_ISSUER?: string | undefined;
  readonly ADMIN_OIDC_CLIENT_ID?: string | undefined;
  readonly ADMIN_OIDC_CLIENT_SECRET?: string | undefined;
  readonly ADMIN_OIDC_DOMAIN?: string | undefined;
}

/** @returns null when staff do not sign in this way. @throws {ConfigError} when only a part of it is given */
export function identityProviderOf(config: AdminIdentityConfig): IdentityProvider | null {
  const {
    ADMIN_OIDC_ISSUER: issuer,
    ADMIN_OIDC_CLIENT_ID: clientId,
    ADMIN_OIDC_CLIENT_SECRET: clientSecret,
    ADMIN_OIDC_DOMAIN: hostedDomain,
  } = config;
  if (issuer === undefined && clientSecret === undefined) return null;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined || hostedDomain === undefined) {
    throw new ConfigError('ADMIN_OIDC_ISSUER, …_CLIENT_ID, …_CLIENT_SECRET and …_DOMAIN belong together');
  }
  return new IdentityProvider({ issuer, clientId, clientSecret, hostedDomain });
}

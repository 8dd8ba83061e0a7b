import { randomBytes } from 'node:crypto';
import { type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { type SessionWork } from '../sessions/session.service';
import { type KeySet } from '../tokens/signing-keys';
import { accountAt, findPersonAccount } from './account';
import { accessTokenClaims } from './claims';
import { clientMetadata, ownClientProperties } from './client-metadata';
import { refuseUnknownClient } from './client-secrets';
import { type EnginePages, enginePages } from './engine-pages';
import { organisationIdOf } from './engine-client';
import { existingGrant } from './grants';
import { errors, interactionPolicy, Provider } from './load-engine';
import { paths } from './paths';
import { type OAuthRecords } from './records';
import { findRegisteredClient } from './registered-client';
import { apiResource, resourceServerOf } from './resource-server';
import { identityScopes } from './scope.policy';

export interface EngineParts {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly keys: KeySet;
  readonly cookieKey: string;
  readonly records: OAuthRecords;
  /** Work that begins now. */
  readonly work: () => SessionWork;
}

const minuteSeconds = 60;
/** RFC 6749 §4.1.2 recommends at most ten minutes; a redirect needs seconds. */
const codeSeconds = minuteSeconds;
const deviceCodeSeconds = 10 * minuteSeconds;
const interactionSeconds = 30 * minuteSeconds;
const pushedRequestSeconds = minuteSeconds;

export function engineConfiguration(parts: EngineParts): Configuration {
  const { ports, keys, cookieKey } = parts;
  const { config } = ports;
  const pages = enginePages(ports.renderPage);
  return {
    adapter: (model) => (model === 'Client' ? clientAdapter(parts) : parts.records.adapterOf(model)),
    jwks: { keys: keys.signers },
    routes: enginePaths,
    ...policies(parts),
    scopes: [...identityScopes],
    claims: {
      openid: ['sub', 'org_id', 'amr', 'auth_time'],
      profile: ['name', 'given_name', 'family_name'],
      email: ['email'],
    },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256', 'EdDSA', 'RS256'],
      clientAuthSigningAlgValues: ['ES256', 'EdDSA', 'PS256', 'RS256'],
    },
    clientDefaults: { id_token_signed_response_alg: keys.active.alg },
    extraClientMetadata: { properties: [...ownClientProperties] },
    discovery: { userinfo_endpoint: `${ports.publicUrl()}${paths.userinfo}` },
    cookies: cookies(ports, cookieKey),
    ttl: {
      ...{ AccessToken: config.ACCESS_TOKEN_SECONDS, ClientCredentials: config.ACCESS_TOKEN_SECONDS },
      ...{ IdToken: config.ACCESS_TOKEN_SECONDS, AuthorizationCode: codeSeconds, DeviceCode: deviceCodeSeconds },
      ...{ Interaction: interactionSeconds, PushedAuthorizationRequest: pushedRequestSeconds },
      ...{ Session: config.SESSION_MAX_SECONDS, Grant: config.SESSION_MAX_SECONDS },
      RefreshToken: config.SESSION_MAX_SECONDS,
    },
    features: features(parts, pages),
    interactions: { policy: prompts(), url: (_ctx, interaction) => `${paths.interaction}/${interaction.uid}` },
    renderError: pages.renderError,
  };
}

/** Who may have what. */
function policies({ ports, records, work }: EngineParts): Configuration {
  return {
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    // A family ends with its own session (sessions/), not with the browser's: see ADR 0019.
    expiresWithSession: () => Promise.resolve(false),
    findAccount: (ctx, sub, token) => {
      const grantId = grantOf(token);
      if (grantId !== undefined) return findPersonAccount(work(), sub, grantId);
      const { client } = ctx.oidc;
      return client ? accountAt(work(), sub, organisationIdOf(client)) : undefined;
    },
    loadExistingGrant: (ctx) => existingGrant({ work: work(), records, resource: apiResource(ports.config) }, ctx),
    extraTokenClaims: (ctx, token) => accessTokenClaims(work(), ctx, token),
    formats: {
      customizers: {
        jwt: (_ctx, _token, jwt) => {
          // RFC 9068 lets it be left out; our verifier wants to be told that there is none.
          jwt.payload['scope'] ??= '';
        },
      },
    },
    clientBasedCORS: (_ctx, origin, client) =>
      client.redirectUris?.some((uri) => new URL(uri).origin === origin) ?? false,
  };
}

function features({ ports, keys, work }: EngineParts, pages: EnginePages): NonNullable<Configuration['features']> {
  const resource = apiResource(ports.config);
  return {
    devInteractions: { enabled: false },
    // The gateway takes bearer tokens; one that it could not hold to its key would only look safer.
    dPoP: { enabled: false },
    // Ours is userinfo.ts: it takes the same access token as the API does.
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    pushedAuthorizationRequests: { enabled: true },
    rpInitiatedLogout: { enabled: true, ...pages.endSession },
    deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', ...pages.deviceFlow },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, indicator, client) => {
        if (indicator !== resource) throw new errors.InvalidTarget('there is no such resource');
        return resourceServerOf({ config: work().ports.config, keys }, ctx, client);
      },
    },
  };
}

/** As the engine asks by itself, and once more when who is signed in at the browser is nobody at this organisation. */
function prompts(): ReturnType<typeof interactionPolicy.base> {
  const { Check, base } = interactionPolicy;
  const policy = base();
  const isNobodyHere = new Check('no_account', 'this account may not use this client', 'login_required', ({ oidc }) =>
    oidc.session?.accountId !== undefined && !oidc.account ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
  );
  policy.get('login')?.checks.add(isNobodyHere);
  return policy;
}

function grantOf(token: unknown): string | undefined {
  const { grantId } = (token ?? {}) as { grantId?: unknown };
  return typeof grantId === 'string' ? grantId : undefined;
}

/** In a row with the engine's own secret nothing is compared; it is never stored. */
const placeholderSecret = randomBytes(32).toString('base64url');

/** Clients are looked up anew for each request, so that one that was revoked a moment ago gets nothing. */
function clientAdapter({ work }: EngineParts): ReturnType<OAuthRecords['adapterOf']> {
  const readOnly = (): Promise<never> => Promise.reject(new Error('Clients are registered through the graph'));
  return {
    find: async (id) => {
      const client = await findRegisteredClient(work(), id);
      if (client) return clientMetadata(client, placeholderSecret);
      const { ctx } = Provider as { readonly ctx?: KoaContextWithOIDC };
      if (ctx) await refuseUnknownClient(work(), ctx, id);
      return undefined;
    },
    ...{ findByUid: readOnly, findByUserCode: readOnly, upsert: readOnly },
    ...{ consume: readOnly, destroy: readOnly, revokeByGrantId: readOnly },
  };
}

function cookies(ports: AuthPorts, cookieKey: string): NonNullable<Configuration['cookies']> {
  const secure = ports.publicUrl().startsWith('https:');
  const options = { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true, secure } as const;
  return {
    keys: [cookieKey],
    names: { session: 'sa_session', interaction: 'sa_interaction', resume: 'sa_resume' },
    long: options,
    short: options,
  };
}

const enginePaths = {
  ...{ authorization: paths.authorize, token: paths.token, jwks: paths.jwks, revocation: paths.revocation },
  ...{ introspection: paths.introspection, device_authorization: paths.deviceAuthorization },
  ...{ code_verification: paths.device, end_session: paths.endSession, userinfo: paths.userinfo },
  pushed_authorization_request: paths.pushedAuthorization,
};

/** Where the endpoints are, below the public address of this subgraph. */
export const paths = {
  token: '/v1/oauth/token',
  jwks: '/.well-known/jwks.json',
  openidConfiguration: '/.well-known/openid-configuration',
  authorizationServer: '/.well-known/oauth-authorization-server',
  authorize: '/v1/oauth/authorize',
  pushedAuthorization: '/v1/oauth/par',
  revocation: '/v1/oauth/revoke',
  introspection: '/v1/oauth/introspect',
  userinfo: '/v1/oauth/userinfo',
  deviceAuthorization: '/v1/oauth/device_authorization',
  device: '/v1/oauth/device',
  endSession: '/v1/oauth/end_session',
  interaction: '/v1/oauth/interaction',
} as const;

import { type IncomingMessage, type ServerResponse } from 'node:http';
import { scopes } from '#shared/auth';
import { type HttpRoute, type RouteContext, sendJson } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { grantByClientCredentials } from './client-credentials';
import { OAuthError } from './oauth-error';
import { parseTokenRequest } from './token-request';

const tokenPath = '/v1/oauth/token';
const jwksPath = '/.well-known/jwks.json';
const discoveryPath = '/.well-known/openid-configuration';
const publicFor = 'public, max-age=300';

type Context = RouteContext<AuthPorts>;
type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** OAuth's endpoints: token, key set, discovery. */
export async function oauthRoutes(context: Context): Promise<readonly HttpRoute[]> {
  // Made now, so that the first request does not wait for it and a broken key provider shows at start.
  await context.ports.signingKeys.active(context.system.source);
  return [
    route(context, tokenPath, (request, response) => answerToken(context, request, response)),
    route(
      context,
      jwksPath,
      readOnly((response) => answerKeys(context, response)),
    ),
    route(
      context,
      discoveryPath,
      readOnly((response) => answerDiscovery(context, response)),
    ),
  ];
}

function route({ log }: Context, path: string, answer: Answer): HttpRoute {
  return {
    path,
    handle: (request, response) => {
      answer(request, response).catch((error: unknown) => {
        log.error({ err: error, path }, 'An OAuth endpoint failed');
        if (response.headersSent) response.destroy();
        // RFC 6749 §4.1.2.1's code; §5.2 has none for outages of ours.
        else sendJson(response, 500, { error: 'server_error' });
      });
    },
  };
}

async function answerToken(
  { ports, system }: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const asked = await parseTokenRequest(request);
    const token = await grantByClientCredentials({ ports, system, at: new Date() }, asked);
    const { accessToken, expiresInSeconds, scopes: granted } = token;
    const body = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: expiresInSeconds,
      scope: granted.join(' '),
    };
    sendJson(response, 200, body, noStore);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    // What is left of a body that was not read would be taken for the next request.
    const connection = request.complete ? {} : { connection: 'close' };
    sendJson(response, error.status, error.body, { ...noStore, ...connection, ...error.headers });
  }
}

/** RFC 6749 §5.1 wants both. */
const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' };

async function answerKeys({ ports, system }: Context, response: ServerResponse): Promise<void> {
  sendJson(response, 200, await ports.signingKeys.publicKeys(system.source), { 'cache-control': publicFor });
}

/** OpenID Connect Discovery 1.0 §3, which RFC 8414 takes over. */
function answerDiscovery({ ports }: Context, response: ServerResponse): Promise<void> {
  const url = ports.publicUrl();
  const document = {
    issuer: ports.issuer(),
    token_endpoint: `${url}${tokenPath}`,
    jwks_uri: `${url}${jwksPath}`,
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: scopes,
  };
  sendJson(response, 200, document, { 'cache-control': publicFor });
  return Promise.resolve();
}

function readOnly(answer: (response: ServerResponse) => Promise<void>): Answer {
  return async (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return answer(response);
    sendJson(response, 405, { error: 'invalid_request' }, { allow: 'GET, HEAD' });
  };
}

import { type IncomingMessage, type ServerResponse } from 'node:http';
import { sendJson } from '#shared/subgraph';
import { findStandingToken } from './access-tokens';
import { identityClaims } from './account';
import { type EndpointContext } from './http';

/** Bearer tokens come with no cookie, so any page that has one may ask. */
const openToPages = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' };

/**
 * OpenID Connect Core §5.3, for the access token that the API takes too. `openid` opens the ids; a name needs `profile`
 * and an address `email`, so that whoever was given neither learns no identifying word about the person.
 */
export async function answerUserinfo(
  { ports, system }: EndpointContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'OPTIONS') return void response.writeHead(204, openToPages).end();
  if (request.method !== 'GET' && request.method !== 'POST') {
    refuse(response, 405, 'invalid_request');
    return;
  }
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) {
    refuse(response, 401, null);
    return;
  }
  const standing = await findStandingToken({ ports, system, at: new Date() }, token);
  if (!standing?.person) {
    refuse(response, 401, 'invalid_token');
    return;
  }
  const { person, scopes } = standing;
  if (!scopes.includes('openid')) {
    refuse(response, 403, 'insufficient_scope');
    return;
  }
  const claims = { sub: person.user.id, org_id: person.organisationId, ...identityClaims(person, scopes) };
  sendJson(response, 200, claims, { ...openToPages });
}

/** RFC 6750 §3: without a token there is a challenge and no error. */
function refuse(response: ServerResponse, status: number, error: string | null): void {
  const challenge = error === null ? 'Bearer' : `Bearer error="${error}"`;
  sendJson(response, status, error === null ? {} : { error }, {
    ...openToPages,
    ...(status === 405 ? { allow: 'GET, POST, OPTIONS' } : { 'www-authenticate': challenge }),
  });
}

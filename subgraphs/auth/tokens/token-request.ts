import { type IncomingMessage } from 'node:http';
import { DomainError } from '#shared/errors';
import { readBody } from '#shared/subgraph';
import { OAuthError } from './oauth-error';

const maxBodyBytes = 16_384;
const formType = 'application/x-www-form-urlencoded';

/** A well-formed request for a token by client credentials. Nothing of it has been believed yet. */
export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Null when the client leaves the scope to us. */
  readonly scopes: readonly string[] | null;
}

/** @throws {OAuthError} invalid_request, unsupported_grant_type, or invalid_client when there are no credentials */
export async function parseTokenRequest(request: IncomingMessage): Promise<TokenRequest> {
  if (request.method !== 'POST') {
    throw new OAuthError('invalid_request', 'Use POST', { status: 405, headers: { allow: 'POST' } });
  }
  const [mediaType = ''] = (request.headers['content-type'] ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== formType) throw new OAuthError('invalid_request', `The body is ${formType}`);
  const parameters = parseForm(await readForm(request));
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing');
  if (grantType !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', 'The grant type is client_credentials');
  }
  return { ...credentialsOf(request.headers.authorization, parameters), scopes: scopesOf(parameters.get('scope')) };
}

async function readForm(request: IncomingMessage): Promise<string> {
  const announcedBytes = Number(request.headers['content-length'] ?? 0);
  if (announcedBytes > maxBodyBytes) throw tooLong();
  try {
    return (await readBody(request, maxBodyBytes)).toString('utf8');
  } catch (error) {
    if (error instanceof DomainError) throw tooLong();
    throw error;
  }
}

function tooLong(): OAuthError {
  return new OAuthError('invalid_request', 'The body is too long', { status: 413 });
}

/** RFC 6749 §3.2: a parameter without a value is as if it were not there, and none may come twice. */
function parseForm(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '') continue;
    if (parameters.has(name)) throw new OAuthError('invalid_request', 'A parameter comes twice');
    parameters.set(name, value);
  }
  return parameters;
}

function scopesOf(scope: string | undefined): string[] | null {
  if (scope === undefined) return null;
  // RFC 6749 §3.3: tokens of printable ASCII without quotes, one space between.
  if (!/^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/.test(scope)) {
    throw new OAuthError('invalid_scope', 'The scope is malformed');
  }
  return scope.split(' ');
}

type Credentials = Pick<TokenRequest, 'clientId' | 'clientSecret'>;

/** client_secret_basic or client_secret_post; §2.3 forbids both at once. */
function credentialsOf(authorization: string | undefined, parameters: ReadonlyMap<string, string>): Credentials {
  const [clientId, clientSecret] = [parameters.get('client_id'), parameters.get('client_secret')];
  if (authorization === undefined) {
    if (clientId === undefined || clientSecret === undefined) throw OAuthError.invalidClient();
    return { clientId, clientSecret };
  }
  const basic = basicCredentials(authorization);
  if (clientSecret !== undefined) throw new OAuthError('invalid_request', 'Authenticate in one way, not in two');
  if (clientId !== undefined && clientId !== basic.clientId) {
    throw new OAuthError('invalid_request', 'client_id differs from the Authorization header');
  }
  return basic;
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined and put into base64. */
function basicCredentials(authorization: string): Credentials {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1] ?? '';
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw OAuthError.invalidClient();
  return { clientId: formDecode(text.slice(0, colon)), clientSecret: formDecode(text.slice(colon + 1)) };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw OAuthError.invalidClient(); // a stray percent sign: no credentials of ours
  }
}

import type Provider from 'oidc-provider';
import { type Client, type KoaContextWithOIDC } from 'oidc-provider';
import { type Actor, claimedRegion, isScope } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { type RegionWall } from '#shared/region';
import { liveSessionById, type SessionWork } from '../sessions/session.service';
import { type Session } from '../sessions/session.entity';
import { findStandingToken } from './access-tokens';
import { accountOf } from './account';
import { setActor } from './claims';
import { tokenExchangeGrant } from './client-metadata';
import { entitledScopesOf, organisationIdOf } from './engine-client';
import { errors } from './load-engine';
import { apiResource, resourceServerFor } from './resource-server';

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const delegation = 'auth:actor:assert';

const parameters = ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'resource', 'scope'];

/**
 * Token exchange (RFC 8693): a client that holds `auth:actor:assert` trades a person's access token for one of its own in
 * which it acts for them. The new token says so (`act`), carries what both may, and lives no longer than the first.
 */
export function useTokenExchange(provider: Provider, work: () => SessionWork): void {
  provider.registerGrantType(tokenExchangeGrant, (ctx) => exchange(work(), ctx as never), parameters);
}

async function exchange(work: SessionWork, ctx: KoaContextWithOIDC): Promise<void> {
  const { provider, client, params = {} } = ctx.oidc;
  if (!client) throw new errors.InvalidClient('there is no client');
  if (!entitledScopesOf(client).includes(delegation))
    throw new errors.UnauthorizedClient(`the client needs ${delegation}`);
  assertParameters(params, apiResource(work.ports.config));
  const subject = await subjectOf(work, String(params['subject_token']));
  const session = await sessionOf(work, subject, client);
  const account = await accountOf(work, session);
  if (!account) throw new errors.InvalidGrant('the person may not sign in any more');
  ctx.oidc.entity('Account', account);
  const keys = await work.ports.oauth.keys(work.system);
  const server = resourceServerFor({ config: work.ports.config, keys }, client, account.person);
  const token = new provider.AccessToken({
    ...{ client, accountId: session.userId, grantId: session.id, gty: 'token_exchange' },
    resourceServer: new provider.ResourceServer(apiResource(work.ports.config), server),
    scope: narrowed(params['scope'], subject, new Set(server.scope.split(' '))),
    expiresIn: lifetimeSeconds(work, subject),
  });
  setActor(token, client.clientId);
  ctx.oidc.entity('AccessToken', token);
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: accessTokenType,
    token_type: 'Bearer',
    expires_in: token.expiration,
    scope: token.scope,
  };
}

function assertParameters(params: Readonly<Record<string, unknown>>, resource: string): void {
  if (typeof params['subject_token'] !== 'string') throw new errors.InvalidRequest('subject_token is missing');
  if (params['subject_token_type'] !== accessTokenType)
    throw new errors.InvalidRequest(`subject_token_type must be ${accessTokenType}`);
  if ((params['requested_token_type'] ?? accessTokenType) !== accessTokenType)
    throw new errors.InvalidRequest(`requested_token_type must be ${accessTokenType}`);
  if ((params['resource'] ?? resource) !== resource) throw new errors.InvalidTarget('there is no such resource');
}

/** @throws invalid_grant unless it is a person's own token of ours, perfectly in order */
async function subjectOf(work: SessionWork, token: string): Promise<Actor> {
  assertNotElsewhere(work.ports.region, token);
  const standing = await findStandingToken(work, token);
  if (!standing?.person) throw new errors.InvalidGrant('the subject token is not one of a person, or not valid');
  // A chain of actors would hide the first behind the last.
  if (standing.actor.act) throw new errors.InvalidGrant('the subject token is a delegated one already');
  return standing.actor;
}

/** @throws invalid_request (RFC 8693 §2.2.2) that says where to go, for a token of another region */
function assertNotElsewhere(region: RegionWall, token: string): void {
  try {
    region.assertNotElsewhere(claimedRegion(token));
  } catch (error) {
    throw error instanceof DomainError ? new errors.InvalidRequest(error.message) : error;
  }
}

async function sessionOf(work: SessionWork, subject: Actor, client: Client): Promise<Session> {
  const { token, organisationId } = subject;
  const session = token?.sessionId ? await liveSessionById(work, token.sessionId) : null;
  if (!session) throw new errors.InvalidGrant('the session of the subject token has ended');
  if (organisationId !== organisationIdOf(client))
    throw new errors.InvalidGrant('the person is of another organisation');
  return session;
}

/** What the person's token has, the client may have and the request names: all three. */
function narrowed(asked: unknown, subject: Actor, server: ReadonlySet<string>): string {
  const both = [...subject.scopes].filter((scope) => server.has(scope) && scope !== delegation);
  const wanted = typeof asked === 'string' ? asked.split(' ') : both;
  const held = new Set<string>(both);
  if (wanted.length === 0 || wanted.some((scope) => !isScope(scope) || !held.has(scope)))
    throw new errors.InvalidScope('person and client do not both hold all of these scopes', wanted.join(' '));
  return [...new Set(wanted)].join(' ');
}

function lifetimeSeconds({ ports, at }: SessionWork, { expiresAt }: Actor): number {
  const leftSeconds = Math.floor((expiresAt.getTime() - at.getTime()) / 1_000);
  return Math.max(1, Math.min(ports.config.ACCESS_TOKEN_SECONDS, leftSeconds));
}

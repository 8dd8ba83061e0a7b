import type Provider from 'oidc-provider';
import { type Client, type RefreshToken } from 'oidc-provider';
import { isScope, type Scope } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { findPersonAccount } from '../oauth/account';
import { isProduct } from '../oauth/engine-client';
import { openGrant } from '../oauth/grants';
import { apiResource, resourceServerFor } from '../oauth/resource-server';
import { type Amr } from '../mfa/mfa.codes';
import { type Product } from '../products/product.entity';
import { findPerson, type Person } from '../tokens/person';
import { type Device } from './device';
import { type SessionWork } from './session.service';

/** What a person gets who has signed in. */
export interface SessionTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
  readonly scopes: readonly Scope[];
  readonly sessionId: string;
}

export interface SignedInPerson {
  readonly userId: string;
  /** Where they act; their own organisation when it is left out. */
  readonly organisationId?: string;
  readonly product: Product;
  /** What the session may carry at most. */
  readonly scopes: readonly Scope[];
  /** How they have proved who they are, all of them. */
  readonly methods: readonly Amr[];
  readonly authenticatedAt: Date;
  readonly device?: Device | null;
}

/**
 * Opens a session for somebody who has just proved who they are: the access token and the first refresh token of a new
 * family. The product stands in for a client: `POST /v1/oauth/token` takes the refresh token with `client_id` = its id.
 * @throws {DomainError} INVALID_CREDENTIALS when this person may not sign in, or not at this organisation
 */
export async function openSession(work: SessionWork, signedIn: SignedInPerson): Promise<SessionTokens> {
  const { userId, organisationId, product, methods, authenticatedAt, device = null } = signedIn;
  const provider = await work.ports.oauth.provider(work.system);
  const person = await findPerson(work, { userId, ...(organisationId !== undefined && { organisationId }) });
  const client = await provider.Client.find(product.id);
  if (!person || !client) throw refusal();
  const resource = apiResource(work.ports.config);
  const { grantId, session, scopes } = await openGrant(
    { work, records: work.ports.oauth.records(work.system), resource },
    {
      ...{ provider, client, person, scopes: signedIn.scopes, methods, device },
      ...{ authenticatedAt, browserUid: null },
    },
  );
  const refreshToken = await new provider.RefreshToken({
    ...{ client, accountId: userId, grantId, resource, scope: scopes.join(' '), gty: 'session', rotations: 0 },
    ...{ amr: [...methods], authTime: Math.floor(authenticatedAt.getTime() / 1_000) },
  }).save();
  const access = await issue(work, provider, { client, person, grantId, scopes: new Set(scopes) });
  return { ...access, refreshToken, sessionId: session.id };
}

/**
 * The next tokens of a session opened by `openSession`: the engine's refresh grant (RFC 6749 §6, RFC 9700 §4.14.2), for
 * the graph. A refresh token that was used before ends its whole family.
 * @throws {DomainError} INVALID_CREDENTIALS, whatever is wrong with it
 */
export async function refreshSession(work: SessionWork, token: string): Promise<SessionTokens> {
  const { oauth } = work.ports;
  const provider = await oauth.provider(work.system);
  const { refreshToken, client, grantId } = await presented(provider, token);
  if (refreshToken.consumed !== undefined) {
    const records = oauth.records(work.system);
    await records.revokeGrant(await records.grantHash(grantId), 'REUSED');
    throw refusal();
  }
  const account = await findPersonAccount(work, refreshToken.accountId, grantId);
  if (!account?.session) throw refusal();
  try {
    await refreshToken.consume();
    const next = await successorOf(provider, client, refreshToken).save();
    const { person, session } = account;
    const access = await issue(work, provider, { client, person, grantId, scopes: refreshToken.scopes });
    return { ...access, refreshToken: next, sessionId: session.id };
  } catch (error) {
    throw isGrantRefusal(error) ? refusal() : error;
  }
}

interface Presented {
  readonly refreshToken: RefreshToken;
  readonly client: Client;
  readonly grantId: string;
}

/** Clients other than products refresh at the token endpoint, where they must say who they are. */
async function presented(provider: Provider, token: string): Promise<Presented> {
  const refreshToken = await provider.RefreshToken.find(token, { ignoreExpiration: true });
  const { clientId, grantId } = refreshToken ?? {};
  const client = clientId === undefined ? undefined : await provider.Client.find(clientId);
  if (!refreshToken || !client || grantId === undefined) throw refusal();
  if (refreshToken.isExpired || !isProduct(client)) throw refusal();
  return { refreshToken, client, grantId };
}

function successorOf(provider: Provider, client: Client, used: RefreshToken): RefreshToken {
  const { accountId, grantId = '', gty = 'session', resource, scope = '', amr, authTime, rotations = 0 } = used;
  const carried = { accountId, grantId, gty, resource, scope, amr, authTime };
  return new provider.RefreshToken({ client, ...carried, rotations: rotations + 1 });
}

interface Issue {
  readonly client: Client;
  readonly person: Person;
  readonly grantId: string;
  readonly scopes: ReadonlySet<string>;
}

async function issue(
  { ports, system }: SessionWork,
  provider: Provider,
  { client, person, grantId, scopes }: Issue,
): Promise<Pick<SessionTokens, 'accessToken' | 'expiresInSeconds' | 'scopes'>> {
  const keys = await ports.oauth.keys(system);
  const server = new provider.ResourceServer(
    apiResource(ports.config),
    resourceServerFor({ config: ports.config, keys }, client, person),
  );
  const allowed = [...server.scopes].filter(isScope).filter((scope) => scopes.has(scope));
  const token = new provider.AccessToken({
    ...{ client, accountId: person.user.id, grantId, gty: 'session', scope: allowed.join(' ') },
    resourceServer: server,
  });
  const accessToken = await token.save();
  return { accessToken, expiresInSeconds: token.expiration, scopes: allowed };
}

function refusal(): DomainError {
  return new DomainError('INVALID_CREDENTIALS', 'The session has ended: sign in again');
}

function isGrantRefusal(error: unknown): boolean {
  return error instanceof Error && error.message === 'invalid_grant';
}

import { decodeJwt } from 'jose';
import { type Actor } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { accountOf } from '../oauth/account';
import { setBreakGlass } from '../oauth/claims';
import { apiResource, resourceServerFor } from '../oauth/resource-server';
import { liveSessionById, type SessionWork } from '../sessions/session.service';
import { type BreakGlassGrant } from './grant.entity';

/** An access token that opens one patient's record, in the session of whoever has broken the glass. */
export interface EmergencyToken {
  /** `jti`. */
  readonly id: string;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

/**
 * The person's own rights, for one patient, as long as the grant lasts: it names the grant, so whatever is done with it is
 * marked. It ends with the session too.
 * @throws {DomainError} FORBIDDEN when the caller has no session that tokens could come from
 */
export async function issueEmergencyToken(
  work: SessionWork,
  actor: Actor,
  { id, patientId, expiresAt }: Pick<BreakGlassGrant, 'id' | 'patientId' | 'expiresAt'>,
): Promise<EmergencyToken> {
  const { ports, system, at } = work;
  const provider = await ports.oauth.provider(system);
  const session = actor.token?.sessionId ? await liveSessionById(work, actor.token.sessionId) : null;
  const account = session && (await accountOf(work, session));
  const client = actor.clientId === null ? undefined : await provider.Client.find(actor.clientId);
  if (!session || !account || !client) throw new DomainError('FORBIDDEN', 'Only who has signed in can break the glass');
  const keys = await ports.oauth.keys(system);
  const server = resourceServerFor({ config: ports.config, keys }, client, account.person);
  const token = new provider.AccessToken({
    ...{ client, accountId: session.userId, grantId: session.id, gty: 'session' },
    resourceServer: new provider.ResourceServer(apiResource(ports.config), server),
    scope: server.scope
      .split(' ')
      .filter((scope) => actor.scopes.has(scope as never))
      .join(' '),
    expiresIn: Math.max(1, Math.floor((expiresAt.getTime() - at.getTime()) / 1_000)),
  });
  setBreakGlass(token, { grantId: id, patientId, account });
  const accessToken = await token.save();
  return { id: decodeJwt(accessToken).jti ?? '', accessToken, expiresInSeconds: token.expiration };
}

import { type AccessToken, type Client, type ClientCredentials, type KoaContextWithOIDC } from 'oidc-provider';
import { touchSession, type SessionWork } from '../sessions/session.service';
import { findPersonAccount, type PersonAccount } from './account';
import { organisationIdOf, productIdOf, regionOf } from './engine-client';
import { errors } from './load-engine';

type Claims = Record<string, string | number | readonly string[] | object>;

/** Who acts for the person of a token (RFC 8693 §4.1), by the token that is being made. */
const actors = new WeakMap<object, { readonly sub: string; readonly client_id: string }>();

export function setActor(token: object, clientId: string): void {
  actors.set(token, { sub: clientId, client_id: clientId });
}

interface Emergency {
  readonly grantId: string;
  readonly patientId: string;
  readonly account: PersonAccount;
}

/** What a token is made for under break-glass, by the token that is being made. */
const emergencies = new WeakMap<object, Emergency>();

export function setBreakGlass(token: object, emergency: Emergency): void {
  emergencies.set(token, emergency);
}

/**
 * What an access token says beyond RFC 9068: whose client, and for people who they are at their organisation. Ids and
 * codes only: tokens are readable to whoever holds them.
 * @throws invalid_grant when the session has ended while the token was on its way
 */
export async function accessTokenClaims(
  work: SessionWork,
  ctx: KoaContextWithOIDC | undefined,
  token: AccessToken | ClientCredentials,
): Promise<Claims> {
  const { client } = token;
  if (!client) throw new Error('An access token has a client');
  if (token.kind === 'ClientCredentials') return clientClaims(client);
  const { accountId, grantId } = token;
  const emergency = emergencies.get(token);
  const known = emergency?.account ?? knownAccount(ctx);
  const account = known?.session ? known : await findPersonAccount(work, accountId, grantId);
  if (!account?.session) throw new errors.InvalidGrant('the session has ended');
  await touchSession(work, account.session);
  const act = actors.get(token);
  return {
    ...{ ...clientClaims(client), ...personClaims(account), ...(act && { act }) },
    ...emergencyClaims(emergency),
  };
}

function emergencyClaims(emergency: Emergency | undefined): Claims {
  return emergency ? { break_glass: emergency.grantId, break_glass_patient: emergency.patientId } : {};
}

function knownAccount(ctx: KoaContextWithOIDC | undefined): PersonAccount | undefined {
  return ctx?.oidc.account as PersonAccount | undefined;
}

function clientClaims(client: Client): Claims {
  const limits = client['limits'];
  return {
    ...{ org_id: organisationIdOf(client), region: regionOf(client), product_id: productIdOf(client) },
    ...(typeof limits === 'object' && limits !== null && { client_limits: limits }),
  };
}

function personClaims({ person, session }: PersonAccount): Claims {
  const { user, organisationId, region, roles } = person;
  return {
    ...{ org_id: organisationId, region, user_id: user.id, roles, patient_ids: user.patientIds },
    ...(user.practitionerId !== null && { practitioner_id: user.practitionerId }),
    ...(session && {
      ...{ sid: session.id, amr: session.methods },
      auth_time: Math.floor(session.authenticatedAt.getTime() / 1_000),
    }),
  };
}

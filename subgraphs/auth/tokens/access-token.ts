import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { type Region, type Scope } from '#shared/auth';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthPorts } from '../ports';

/** What a token says about whom. */
export interface TokenSubject {
  /** The user or the client. */
  readonly subject: string;
  /** RFC 9068 §2.2 wants one always: for people, the product they sign in to. */
  readonly clientId: string;
  readonly organisationId: string;
  readonly region: Region;
  readonly productId: string;
  readonly scopes: readonly Scope[];
  /** Only for people. */
  readonly user?: {
    readonly userId: string;
    readonly roles: readonly string[];
    readonly patientIds: readonly string[];
    readonly practitionerId: string | null;
  };
}

export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly scopes: readonly Scope[];
}

/** Signs an access token in the JWT profile (RFC 9068). Ids and codes only: tokens are readable to whoever holds them. */
export async function issueAccessToken(
  { ports, system }: { readonly ports: AuthPorts; readonly system: SystemAccess },
  subject: TokenSubject,
  at: Date,
): Promise<IssuedToken> {
  const { kid, alg, privateKey } = await ports.signingKeys.active(system.source);
  const expiresInSeconds = ports.config.ACCESS_TOKEN_SECONDS;
  const issuedAt = Math.floor(at.getTime() / 1_000);
  const accessToken = await new SignJWT(claimsOf(subject))
    .setProtectedHeader({ typ: 'at+jwt', alg, kid })
    .setIssuer(ports.issuer())
    .setAudience(ports.config.TOKEN_AUDIENCE)
    .setSubject(subject.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresInSeconds)
    .setJti(randomUUID())
    .sign(privateKey);
  return { accessToken, expiresInSeconds, scopes: subject.scopes };
}

function claimsOf({
  clientId,
  organisationId,
  region,
  productId,
  scopes,
  user,
}: TokenSubject): Record<string, unknown> {
  const common = {
    client_id: clientId,
    org_id: organisationId,
    region,
    product_id: productId,
    scope: scopes.join(' '),
  };
  if (!user) return common;
  const { userId, roles, patientIds, practitionerId } = user;
  return {
    ...{ ...common, user_id: userId, roles, patient_ids: patientIds },
    ...(practitionerId !== null && { practitioner_id: practitionerId }),
  };
}

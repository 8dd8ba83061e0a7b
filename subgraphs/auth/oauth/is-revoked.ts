import { MoreThanOrEqual } from 'typeorm';
import { type Actor } from '#shared/auth';
import { type SystemAccess } from '#shared/subgraph';
import { Revocation, type RevocationKind } from '../revocations/revocation.entity';

/** Whether a token has been revoked, by its id or with its session, client or subject; as the gateways judge it. */
export async function isRevoked({ source }: SystemAccess, { token, subject, clientId }: Actor): Promise<boolean> {
  if (!token) return false;
  const keys: readonly (readonly [RevocationKind, string | null])[] = [
    ['TOKEN', token.id],
    ['SESSION', token.sessionId],
    ['CLIENT', clientId],
    ['SUBJECT', subject],
  ];
  const issuedUntil = MoreThanOrEqual(new Date(token.issuedAtMs));
  const where = keys.flatMap(([kind, key]) => (key === null ? [] : [{ kind, key, issuedUntil }]));
  return source.getRepository(Revocation).existsBy(where);
}

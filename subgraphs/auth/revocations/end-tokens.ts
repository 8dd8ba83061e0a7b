import { maxTokenLifetimeSeconds } from '#shared/auth';
import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { Revocation, type RevocationKind } from './revocation.entity';

/** Clocks of those who check tokens may differ from ours by as much. */
const marginSeconds = 60;
/** RFC 7519 leaves it open how long a `jti` is; an index does not. */
const maxKeyLength = 255;

export interface EndedTokens {
  readonly kind: RevocationKind;
  /** The value of the claim: `jti`, `sid`, `client_id` or `sub`. */
  readonly key: string;
  /** Nothing will be issued under this key any more. Otherwise tokens issued from now on stand, e.g. after a suspension. */
  readonly isForGood: boolean;
}

/**
 * Takes all effect from tokens that have been issued, at every gateway within five seconds of the commit. Whoever stops
 * tokens from being issued calls this in the same transaction, after what stops them.
 */
export async function endTokens(tx: UnitOfWork, { kind, key, isForGood }: EndedTokens): Promise<void> {
  if (key === '' || key.length > maxKeyLength) throw new RangeError('No token has such a claim');
  // Not the time of the request: a token may have been issued since, before what stops them was committed.
  const now = Date.now();
  const endsAt = new Date(now + (maxTokenLifetimeSeconds + marginSeconds) * 1_000);
  const { id } = await tx.create(Revocation, {
    ...{ id: newId('rvk'), kind, key, endsAt },
    issuedUntil: isForGood ? endsAt : new Date(now),
  });
  const aggregate = { type: 'Revocation', id };
  await tx.publish('auth.access.ended', { resourceId: id, aggregate, data: { kind } });
}

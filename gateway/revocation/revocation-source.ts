import { DomainError } from '#shared/errors';

/** What a revocation can be of: one token (`jti`), all of one sign-in (`sid`), of one client, of one subject (`sub`). */
export const revocationKinds = ['TOKEN', 'SESSION', 'CLIENT', 'SUBJECT'] as const;
export type RevocationKind = (typeof revocationKinds)[number];

export interface Revocation {
  readonly kind: RevocationKind;
  readonly key: string;
  /** Tokens issued up to here have lost their effect, in milliseconds since the epoch. Later ones have not. */
  readonly issuedUntilMs: number;
  /** When all of those have ended by themselves. */
  readonly endsAtMs: number;
}

export interface RevocationPage {
  readonly revocations: readonly Revocation[];
  /** Where to go on. Revocations may be told twice, but none is left out. */
  readonly cursor: string;
  /** False when there are more already. */
  readonly isComplete: boolean;
}

/** Who knows which tokens have been revoked. */
export interface RevocationSource {
  /** Events after which it is worth asking at once; `auth.user.*` stands for all below it. */
  readonly wokenBy: readonly string[];
  /** @param after null: all that matter. A rejection means that nothing could be found out. */
  read(after: string | null): Promise<RevocationPage>;
}

/** We cannot tell whether a token still stands. It is never taken for one that does. */
export function cannotTell(): DomainError {
  return new DomainError('UPSTREAM_UNAVAILABLE', 'It cannot be told at the moment which tokens are revoked');
}

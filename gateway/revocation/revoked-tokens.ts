import { type Actor } from '#shared/auth';
import { type Revocation, type RevocationKind } from './revocation-source';

type Ends = Pick<Revocation, 'issuedUntilMs' | 'endsAtMs'>;

/** Which tokens have lost their effect. A revocation is forgotten when the last token it is about has ended by itself. */
export class RevokedTokens {
  private readonly byKind: Readonly<Record<RevocationKind, Map<string, Ends>>> = {
    TOKEN: new Map(),
    SESSION: new Map(),
    CLIENT: new Map(),
    SUBJECT: new Map(),
  };

  get size(): number {
    return Object.values(this.byKind).reduce((sum, { size }) => sum + size, 0);
  }

  /** @returns whether anything was new */
  add(revocations: readonly Revocation[]): boolean {
    let isNew = false;
    for (const { kind, key, issuedUntilMs, endsAtMs } of revocations) {
      const known = this.byKind[kind].get(key);
      if (known && known.issuedUntilMs >= issuedUntilMs && known.endsAtMs >= endsAtMs) continue;
      isNew = true;
      this.byKind[kind].set(key, {
        issuedUntilMs: Math.max(issuedUntilMs, known?.issuedUntilMs ?? 0),
        endsAtMs: Math.max(endsAtMs, known?.endsAtMs ?? 0),
      });
    }
    return isNew;
  }

  /** A look into four maps, for those who have a token at all. */
  has({ token, clientId, subject }: Actor): boolean {
    if (!token) return false;
    const { id, sessionId, issuedAtMs } = token;
    const { TOKEN, SESSION, CLIENT, SUBJECT } = this.byKind;
    return (
      isBefore(issuedAtMs, TOKEN.get(id)) ||
      isBefore(issuedAtMs, sessionId === null ? undefined : SESSION.get(sessionId)) ||
      isBefore(issuedAtMs, clientId === null ? undefined : CLIENT.get(clientId)) ||
      isBefore(issuedAtMs, SUBJECT.get(subject))
    );
  }

  forget(nowMs: number): void {
    for (const revocations of Object.values(this.byKind)) {
      for (const [key, { endsAtMs }] of revocations) if (endsAtMs <= nowMs) revocations.delete(key);
    }
  }
}

/** `iat` is to the second: of a token of the same second nobody knows which came first, so it counts as the earlier. */
function isBefore(issuedAtMs: number, revocation: Ends | undefined): boolean {
  return revocation !== undefined && issuedAtMs <= revocation.issuedUntilMs;
}

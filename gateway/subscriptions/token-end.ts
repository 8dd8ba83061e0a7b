import { type Actor } from '#shared/auth';
import { type TokenStanding } from '../revocation';

/** The longest time that a timer can be set for: 24 days. */
const longestTimerMs = 2 ** 31 - 1;

export type TokenEnd = 'expired' | 'revoked';

interface Watched {
  readonly actor: Actor;
  readonly onEnd: (how: TokenEnd) => void;
}

/** The tokens of open connections: whoever holds one is told when it ends, and at once when it is revoked. */
export class TokenEnds {
  private readonly open = new Set<Watched>();
  private readonly stopListening: () => void;

  constructor(private readonly standing: Pick<TokenStanding, 'isRevoked' | 'onRevoked'>) {
    this.stopListening = standing.onRevoked(() => {
      this.endRevoked();
    });
  }

  /** Calls back once. @returns for when that does not matter any more */
  watch(actor: Actor, onEnd: (how: TokenEnd) => void): () => void {
    const watched = { actor, onEnd };
    this.open.add(watched);
    const stopTimer = atExpiry(actor, () => {
      if (this.open.delete(watched)) onEnd('expired');
    });
    // It may have been revoked between the look at it and now.
    setImmediate(() => {
      this.endIfRevoked(watched);
    });
    return () => {
      this.open.delete(watched);
      stopTimer();
    };
  }

  stop(): void {
    this.stopListening();
    this.open.clear();
  }

  private endRevoked(): void {
    for (const watched of this.open) this.endIfRevoked(watched);
  }

  private endIfRevoked(watched: Watched): void {
    if (this.standing.isRevoked(watched.actor) && this.open.delete(watched)) watched.onEnd('revoked');
  }
}

function atExpiry({ expiresAt }: Actor, onEnd: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = expiresAt.getTime() - Date.now();
    if (leftMs <= 0) {
      onEnd();
      return;
    }
    timer = setTimeout(wait, Math.min(leftMs, longestTimerMs));
    timer.unref();
  };
  // Never within the call: whoever calls has yet to take note of what is returned.
  timer = setTimeout(wait, 0);
  return () => {
    clearTimeout(timer);
  };
}

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { sha256Hex } from '#shared/crypto';
import { type ExpiringStore } from '#shared/expiring-store';
import { type AdminConfig } from './admin-config';
import { type Sealing } from './sealing';

/** Tokens as an operation of the supergraph gives them. */
export interface AdminTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresInSeconds: number;
}

const sessionSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  accessEndsAt: z.number(),
  csrfToken: z.string(),
  endsAt: z.number(),
});

/** What a cookie stands for. It never leaves the gateway, except for the CSRF token. */
export type AdminSession = z.infer<typeof sessionSchema>;

export interface AdminSessionsOptions extends Pick<AdminConfig, 'idleMs' | 'maxMs'> {
  readonly store: ExpiringStore;
  readonly sealing: Sealing;
  /** New tokens for a refresh token; null when they are refused. Absent: a session ends with its access token. */
  readonly refresh?: (refreshToken: string) => Promise<AdminTokens | null>;
}

/** Tokens are renewed so long before they end, so that no request under way outlives its own. */
const renewalMs = 60_000;
const renewalClaimMs = 15_000;
const renewalLookMs = 100;

/**
 * Sessions of browsers. The cookie holds a random id and nothing else. The store holds, under a hash of the id, what it
 * stands for, sealed with a key that needs both the gateway's secret and the id: whoever reads the store has neither.
 */
export class AdminSessions {
  constructor(private readonly options: AdminSessionsOptions) {}

  /** @returns the id for the cookie */
  async open(tokens: AdminTokens, at: Date): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    const csrfToken = randomBytes(32).toString('base64url');
    const { maxMs, store, idleMs } = this.options;
    const session = { ...timed(tokens, at), csrfToken, endsAt: at.getTime() + maxMs };
    await store.put(keyOf(id), this.seal(id, session), idleMs);
    return id;
  }

  /** The session with tokens that hold for the request at hand. Null: none, idle for too long, at its end, or revoked. */
  async find(id: string, at: Date): Promise<AdminSession | null> {
    const session = await this.read(id);
    if (!session || session.endsAt <= at.getTime()) return null;
    if (session.accessEndsAt - at.getTime() > renewalMs) return session;
    return this.renew(id, session, at);
  }

  /** @returns the session that has ended, if there was one */
  async close(id: string): Promise<AdminSession | null> {
    const session = await this.read(id);
    await this.options.store.remove(keyOf(id));
    return session;
  }

  private async read(id: string): Promise<AdminSession | null> {
    const { store, sealing, idleMs } = this.options;
    const sealed = await store.touch(keyOf(id), idleMs);
    if (sealed === null) return null;
    return sessionSchema.nullable().parse(sealing.open(purposeOf(id), sealed));
  }

  /** One process renews: a refresh token that is shown twice ends its whole family (RFC 9700 §4.14.2). */
  private async renew(id: string, session: AdminSession, at: Date): Promise<AdminSession | null> {
    const { store, idleMs, refresh } = this.options;
    if (!refresh || session.refreshToken === null) return session.accessEndsAt > at.getTime() ? session : null;
    if (!(await store.claim(`renewal:${keyOf(id)}`, renewalClaimMs))) return this.awaitRenewal(id, session, at);
    try {
      // What was read before the claim may be what another process has renewed since.
      const current = await this.read(id);
      if (!current?.refreshToken || current.accessEndsAt - at.getTime() > renewalMs) return current;
      const tokens = await refresh(current.refreshToken);
      if (!tokens) {
        await store.remove(keyOf(id));
        return null;
      }
      const renewed = { ...current, ...timed(tokens, at) };
      // Signed out meanwhile: then it stays so.
      return (await store.replace(keyOf(id), this.seal(id, renewed), idleMs)) ? renewed : null;
    } finally {
      await store.remove(`renewal:${keyOf(id)}`);
    }
  }

  private async awaitRenewal(id: string, session: AdminSession, at: Date): Promise<AdminSession | null> {
    // The old token still serves while somebody else fetches the new one.
    if (session.accessEndsAt > at.getTime()) return session;
    for (let waitedMs = 0; waitedMs < renewalClaimMs; waitedMs += renewalLookMs) {
      await pause(renewalLookMs);
      const now = await this.read(id);
      if (!now || now.accessEndsAt > at.getTime()) return now;
    }
    return null;
  }

  private seal(id: string, session: AdminSession): string {
    return this.options.sealing.seal(purposeOf(id), session);
  }
}

function timed({ expiresInSeconds, ...tokens }: AdminTokens, at: Date): Omit<AdminSession, 'csrfToken' | 'endsAt'> {
  return { ...tokens, accessEndsAt: at.getTime() + expiresInSeconds * 1_000 };
}

function keyOf(id: string): string {
  return `admin-session:${sha256Hex(id)}`;
}

function purposeOf(id: string): string {
  return `session:${id}`;
}

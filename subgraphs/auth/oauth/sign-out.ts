import type Provider from 'oidc-provider';
import { type KoaContextWithOIDC } from 'oidc-provider';
import { endSessionsOfBrowser, type SessionWork } from '../sessions/session.service';

type Middleware = Parameters<Provider['use']>[0];

/**
 * Whoever signs out of a browser (OpenID Connect RP-Initiated Logout 1.0) ends every session that was opened from it. The
 * engine ends its own; ours have grants of their own, so that one application's can be ended without the others'.
 */
export function endWithBrowser(work: () => SessionWork): Middleware {
  return async (ctx, next) => {
    await next();
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    const { session } = oidc ?? {};
    if (oidc?.route !== 'end_session_confirm' || !(session as { destroyed?: boolean } | undefined)?.destroyed) return;
    const begun = work();
    const records = begun.ports.oauth.records(begun.system);
    if (session) await endSessionsOfBrowser(begun, await records.browserHash(session.uid));
  };
}

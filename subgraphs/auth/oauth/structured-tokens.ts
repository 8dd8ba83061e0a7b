import type Provider from 'oidc-provider';
import { type KoaContextWithOIDC } from 'oidc-provider';
import { endTokens } from '../revocations/end-tokens';
import { type SessionWork } from '../sessions/session.service';
import { findStandingToken } from './access-tokens';
import { organisationIdOf } from './engine-client';
import { errors } from './load-engine';

/**
 * Introspection (RFC 7662) and revocation (RFC 7009) of access tokens. The engine does both for tokens it stores; ours are
 * signed and not stored, and those it turns away, once it knows which client asks. That is where this takes over.
 */
export function useStructuredTokens(provider: Provider, work: () => SessionWork): void {
  const turnedAway = new WeakSet<object>();
  const note = (ctx: KoaContextWithOIDC, error: Error): void => {
    // Thrown after the client has been authenticated, and nowhere else.
    if (error instanceof errors.UnsupportedTokenType) turnedAway.add(ctx);
  };
  provider.on('introspection.error', note);
  provider.on('revocation.error', note);
  provider.use(async (ctx, next) => {
    await next();
    if (!turnedAway.has(ctx)) return;
    const { oidc } = ctx as unknown as KoaContextWithOIDC;
    const { client, params, route } = oidc;
    const token = params?.['token'];
    if (!client || typeof token !== 'string') return;
    ctx.status = 200;
    if (route === 'introspection') ctx.body = await introspection(work(), token, organisationIdOf(client));
    else {
      await revoke(work(), token, client.clientId);
      ctx.body = '';
    }
  });
}

/** Clients of the organisation may ask; to everybody else a token is as good as none. */
async function introspection(work: SessionWork, token: string, organisationId: string): Promise<object> {
  const standing = await findStandingToken(work, token);
  if (standing?.actor.organisationId !== organisationId) return { active: false };
  return { active: true, token_type: 'Bearer', ...standing.claims };
}

/** A client ends its own tokens. What is not its own, or no token at all, is answered alike (RFC 7009 §2.2). */
async function revoke(work: SessionWork, token: string, clientId: string): Promise<void> {
  const standing = await findStandingToken(work, token);
  const { actor } = standing ?? {};
  if (actor?.clientId !== clientId || !actor.token) return;
  const { id: key } = actor.token;
  await work.system.unitFor(actor, work.at).transaction((tx) => endTokens(tx, { kind: 'TOKEN', key, isForGood: true }));
}

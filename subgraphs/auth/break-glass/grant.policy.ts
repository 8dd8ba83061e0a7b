import { type Actor } from '#shared/auth';
import { type BreakGlassGrant } from './grant.entity';

/** Only a person answers for it, in their own name, and not from within another grant. */
export function canBreakGlass(actor: Actor): boolean {
  return actor.kind === 'user' && actor.act === null && actor.breakGlassGrantId === null;
}

/** Whoever has used it ends it, and whoever reviews such grants may end it for them. */
export function canEnd(actor: Actor, grant: Pick<BreakGlassGrant, 'userId'>): boolean {
  return actor.userId === grant.userId || actor.scopes.has('auth:breakglass:review');
}

/** Four eyes: nobody judges their own. */
export function canReview(actor: Actor, grant: Pick<BreakGlassGrant, 'userId'>): boolean {
  return canBreakGlass(actor) && actor.userId !== grant.userId;
}

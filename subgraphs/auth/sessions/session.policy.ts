import { type Actor, hasScope } from '#shared/auth';

/** One's own sessions; those of everybody at the organisation for who manages its people. */
export function canSeeSessionsOf(actor: Actor, userId: string): boolean {
  return actor.userId === userId || hasScope(actor, 'auth:users:write');
}

import { hasScope, type Actor } from '#shared/auth';
import { type SystemRole } from '../scopes/role.registry';

/** Rights beyond any one organisation, given only by those who hold them. */
const platformRoles: ReadonlySet<string> = new Set<SystemRole>(['PLATFORM_ADMIN']);

/**
 * Whoever may change roles grants any role of the organisation; everybody else invites patients and nobody else.
 * The platform's own services (the demo's seeds) grant what they are told to.
 */
export function canGrant(actor: Actor, roles: readonly string[]): boolean {
  if (actor.kind === 'service') return true;
  if (roles.some((role) => platformRoles.has(role))) return hasScope(actor, 'auth:organisations:write');
  return hasScope(actor, 'auth:roles:write') || roles.every((role) => role === 'PATIENT');
}

/** An account may be changed by those who could have granted what it holds, but nobody changes their own. */
export function canChangeStatus(
  actor: Actor,
  user: { readonly id: string; readonly roles: readonly string[] },
): boolean {
  return actor.userId !== user.id && canGrant(actor, user.roles);
}

/** Colleagues see each other's names. Patients' accounts show themselves to those who may read users. */
export function canSeeUser(actor: Actor, user: { readonly id: string; readonly roles: readonly string[] }): boolean {
  return canSeeContact(actor, user) || user.roles.some((role) => role !== 'PATIENT');
}

/** E-mail address and telephone number are for the person and for those who may read users. */
export function canSeeContact(actor: Actor, user: { readonly id: string }): boolean {
  return actor.kind === 'service' || actor.userId === user.id || hasScope(actor, 'auth:users:read');
}

/** How an account is secured is for the person and for those who may change accounts. */
export function canSeeSecurity(actor: Actor, user: { readonly id: string }): boolean {
  return actor.userId === user.id || hasScope(actor, 'auth:users:write');
}

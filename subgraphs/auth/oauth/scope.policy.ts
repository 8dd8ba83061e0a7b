import { type Scope } from '#shared/auth';

/** Scopes of OpenID Connect Core §5.4: what the client may learn about the person. They open nothing of the platform. */
export const identityScopes = ['openid', 'profile', 'email'] as const;

/** Everything that bounds what a token may carry. Each bound only ever takes away. */
export interface ScopeBounds {
  /** What the client was registered with. */
  readonly client: readonly Scope[];
  /** What its product lets any token carry. */
  readonly product: readonly Scope[];
  /** What the person's roles allow; absent when the client acts for itself. */
  readonly person?: readonly Scope[];
}

/** What a token may carry at most: client ∩ product (∩ roles), each scope once, in the client's order. */
export function entitledScopes({ client, product, person }: ScopeBounds): Scope[] {
  const bounds = [product, ...(person ? [person] : [])].map((scopes): ReadonlySet<Scope> => new Set(scopes));
  return [...new Set(client)].filter((scope) => bounds.every((bound) => bound.has(scope)));
}

/** Of what was asked for, what is beyond the entitlement. */
export function beyondEntitlement(entitled: readonly string[], asked: readonly string[]): string[] {
  const held = new Set(entitled);
  return asked.filter((scope) => !held.has(scope));
}

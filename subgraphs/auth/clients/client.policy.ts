import { isScope, type Scope } from '#shared/auth';

/** A client is entitled to scopes that exist and that its product has: client ⊆ product ⊆ registry. */
export function scopesBeyond(
  product: { readonly allowedScopes: readonly Scope[] },
  scopes: readonly string[],
): string[] {
  const allowed: ReadonlySet<string> = new Set(product.allowedScopes);
  return scopes.filter((scope) => !isScope(scope) || !allowed.has(scope));
}

export { hasScope, regions, serviceActor, type Actor, type Region } from './actor';
export { isScope, scopes, type Scope } from './scopes';
export { Authenticated, RequireScopes } from './require-scopes';
export { AccessRules, assertSatisfied, isSatisfied, operationRules, type AccessRule } from './access-rules';
export { createTokenVerifier, type TokenVerifier, type TokenVerifierOptions } from './access-token';
export {
  exportKeys,
  exportSigner,
  generateInternalKeys,
  importKeys,
  importSigner,
  signActorContext,
  verifyActorContext,
  type InternalKeys,
  type InternalSigner,
  type VerifiedActorContext,
} from './internal-token';

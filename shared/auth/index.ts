export { regions, type Region } from '#shared/region';
export { hasScope, serviceActor, type ActingParty, type Actor } from './actor';
export { claimedRegion } from './claimed-region';
export { mayComeFrom, parseNetwork, writeCallerLimits, type CallerLimits } from './caller-limits';
export { isScope, scopes, type Scope } from './scopes';
export { Authenticated, RequireScopes } from './require-scopes';
export { isSatisfied, type AccessRule } from './access-rule';
export { AccessRules, assertSatisfied, operationRules } from './access-rules';
export { furtherIssuerSettings } from './further-issuers';
export {
  createTokenVerifier,
  type FurtherIssuer,
  maxTokenLifetimeSeconds,
  type TokenVerifier,
  type TokenVerifierOptions,
} from './access-token';
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

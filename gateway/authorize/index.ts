export {
  assertModeFits,
  authorizationModes,
  type AuthorizationMode,
  rejectionOf,
  reportOf,
} from './authorization-mode';
export { Authorizer, type DeniedRules } from './authorizer';
export { denialError } from './denial';
export { type Denial, denialsOf } from './denials';
export { carefulEvaluator, type EvaluatePolicies, rolesAsPolicies } from './policies';

export { Authorizer, type DeniedRules } from './authorizer';
export { denialError } from './denial';

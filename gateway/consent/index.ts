export { readConsentConfig, type ConsentConfig } from './consent-config';
export { type ConsentDecision, type ConsentDecisions } from './consent-decisions';
export { consentDenial } from './consent-denial';
export { type ConsentRule, fieldRules, readConsentRules } from './consent-rules';
export { isOfType } from './invalidation';
export { openConsent } from './open-consent';

export { readConsentConfig, type ConsentConfig } from './consent-config';
export { type ConsentCaller, type ConsentDecision, type ConsentDecisions } from './consent-decisions';
export { consentDenial } from './consent-denial';
export { isOfType } from './invalidation';
export { type ConsentLaw, readConsentLaw } from './consent-law';
export { type ConsentRule } from './consent-rules';
export { type GuardedField } from './guarded-fields';
export { openConsent } from './open-consent';

import { enumOf } from '#shared/graphql';

/** What a consent is for. One decision is asked and given per purpose. */
export const consentPurposes = [
  ...(['DIRECT_CARE', 'AI_ANALYSIS', 'SECOND_OPINION', 'PHOTOGRAPHY', 'RESEARCH', 'TEACHING', 'MARKETING'] as const),
  ...(['PAYMENT_PROCESSING', 'DATA_SHARING_PARTNER', 'PRESCRIBING', 'VOICE_RECORDING'] as const),
  ...(['SMS_CONTACT', 'EMAIL_CONTACT'] as const),
] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];
export const ConsentPurposeEnum = enumOf('ConsentPurpose', consentPurposes);

/** GDPR articles and HIPAA's two grounds, as the data-protection officer names them. */
export const legalBases = [
  ...([
    'GDPR_6_1_A_CONSENT',
    'GDPR_6_1_B_CONTRACT',
    'GDPR_6_1_C_LEGAL_OBLIGATION',
    'GDPR_6_1_D_VITAL_INTEREST',
  ] as const),
  ...(['GDPR_6_1_E_PUBLIC_TASK', 'GDPR_6_1_F_LEGITIMATE_INTEREST', 'GDPR_9_2_A_EXPLICIT_CONSENT'] as const),
  ...(['GDPR_9_2_H_HEALTH_CARE', 'HIPAA_TPO', 'HIPAA_AUTHORIZATION'] as const),
] as const;
export type LegalBasis = (typeof legalBases)[number];
export const LegalBasisEnum = enumOf('LegalBasis', legalBases);

export const dataCategories = [
  'DIRECT_IDENTIFIER',
  'CLINICAL',
  'IMAGE',
  'AUDIO',
  'GENETIC',
  'FINANCIAL',
  'SENSITIVE',
] as const;
export type DataCategory = (typeof dataCategories)[number];
export const DataCategoryEnum = enumOf('DataCategory', dataCategories);

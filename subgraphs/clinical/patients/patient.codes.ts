import { enumOf } from '#shared/graphql';

export const patientStatuses = ['ACTIVE', 'INACTIVE', 'DECEASED', 'MERGED', 'RESTRICTED', 'ERASED'] as const;
export type PatientStatus = (typeof patientStatuses)[number];
export const PatientStatusEnum = enumOf('PatientStatus', patientStatuses);

export const bloodTypes = [
  'A_POS',
  'A_NEG',
  'B_POS',
  'B_NEG',
  'AB_POS',
  'AB_NEG',
  'O_POS',
  'O_NEG',
  'UNKNOWN',
] as const;
export type BloodType = (typeof bloodTypes)[number];
export const BloodTypeEnum = enumOf('BloodType', bloodTypes);

export const sexes = ['FEMALE', 'MALE', 'INTERSEX', 'UNKNOWN'] as const;
export type Sex = (typeof sexes)[number];
export const SexEnum = enumOf('Sex', sexes);

/** How skin answers to sun, from I (always burns) to VI (never burns). */
export const fitzpatrickTypes = ['I', 'II', 'III', 'IV', 'V', 'VI', 'UNKNOWN'] as const;
export type FitzpatrickType = (typeof fitzpatrickTypes)[number];
export const FitzpatrickTypeEnum = enumOf('FitzpatrickType', fitzpatrickTypes);

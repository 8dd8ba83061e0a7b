/** What a lesion may be, most dangerous first: when several fit a case, the first is the case's. */
export const lesionClasses = [
  'MELANOMA',
  'SQUAMOUS_CELL_CARCINOMA',
  'OTHER_MALIGNANT',
  'BASAL_CELL_CARCINOMA',
  'INTRAEPIDERMAL_CARCINOMA',
  'ACTINIC_KERATOSIS',
  // Above everything benign: what nobody could judge must not hide behind something harmless.
  'INDETERMINATE',
  'ATYPICAL_NAEVUS',
  'BENIGN_MELANOCYTIC_NAEVUS',
  'SEBORRHOEIC_KERATOSIS',
  'DERMATOFIBROMA',
  'SOLAR_LENTIGO',
  'VASCULAR_LESION',
  'OTHER_BENIGN',
  'INFLAMMATORY',
] as const;
export type LesionClass = (typeof lesionClasses)[number];

/** Most dangerous first. */
export const malignancies = ['MALIGNANT', 'PRE_MALIGNANT', 'INDETERMINATE', 'BENIGN'] as const;
export type Malignancy = (typeof malignancies)[number];

export const managementPlans = [
  ...(['DISCHARGE_WITH_ADVICE', 'ROUTINE_REFERRAL', 'URGENT_REFERRAL', 'FACE_TO_FACE', 'BIOPSY', 'EXCISION'] as const),
  ...(['TREAT_IN_PRIMARY_CARE', 'REPEAT_IMAGES', 'FOLLOW_UP_INTERVAL'] as const),
] as const;
export type ManagementPlan = (typeof managementPlans)[number];

/** The earliest of `order` that occurs in `codes`; `otherwise` when none is given. */
export function mostDangerous<Code extends string>(
  order: readonly Code[],
  codes: readonly Code[],
  otherwise: Code,
): Code {
  return order.find((code) => codes.includes(code)) ?? otherwise;
}

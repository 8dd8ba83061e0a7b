/** The classes of the clinical schema's LesionClass, most dangerous first. */
export const riskOrder = [
  'MELANOMA',
  'SQUAMOUS_CELL_CARCINOMA',
  'OTHER_MALIGNANT',
  'BASAL_CELL_CARCINOMA',
  'INTRAEPIDERMAL_CARCINOMA',
  'ACTINIC_KERATOSIS',
  // Above everything benign: a lesion nobody could judge must not hide behind a harmless one.
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

export type LesionClass = (typeof riskOrder)[number];
export type Malignancy = 'MALIGNANT' | 'PRE_MALIGNANT' | 'BENIGN' | 'INDETERMINATE';
/** The codes of the clinical schema's ManagementPlan that the simulator suggests. */
export type Management =
  | 'BIOPSY'
  | 'FACE_TO_FACE'
  | 'FOLLOW_UP_INTERVAL'
  | 'TREAT_IN_PRIMARY_CARE'
  | 'DISCHARGE_WITH_ADVICE'
  | 'REPEAT_IMAGES';

const malignancies: Readonly<Record<LesionClass, Malignancy>> = {
  MELANOMA: 'MALIGNANT',
  SQUAMOUS_CELL_CARCINOMA: 'MALIGNANT',
  OTHER_MALIGNANT: 'MALIGNANT',
  BASAL_CELL_CARCINOMA: 'MALIGNANT',
  INTRAEPIDERMAL_CARCINOMA: 'PRE_MALIGNANT',
  ACTINIC_KERATOSIS: 'PRE_MALIGNANT',
  INDETERMINATE: 'INDETERMINATE',
  ATYPICAL_NAEVUS: 'BENIGN',
  BENIGN_MELANOCYTIC_NAEVUS: 'BENIGN',
  SEBORRHOEIC_KERATOSIS: 'BENIGN',
  DERMATOFIBROMA: 'BENIGN',
  SOLAR_LENTIGO: 'BENIGN',
  VASCULAR_LESION: 'BENIGN',
  OTHER_BENIGN: 'BENIGN',
  INFLAMMATORY: 'BENIGN',
};

/** What differs from the rule for the class's malignancy. */
const managementOfClass: Partial<Record<LesionClass, Management>> = {
  BASAL_CELL_CARCINOMA: 'FACE_TO_FACE',
  ATYPICAL_NAEVUS: 'FOLLOW_UP_INTERVAL',
  INFLAMMATORY: 'TREAT_IN_PRIMARY_CARE',
};

const managementOfMalignancy: Readonly<Record<Malignancy, Management>> = {
  MALIGNANT: 'BIOPSY',
  PRE_MALIGNANT: 'FACE_TO_FACE',
  BENIGN: 'DISCHARGE_WITH_ADVICE',
  INDETERMINATE: 'REPEAT_IMAGES',
};

export function malignancyOf(lesionClass: LesionClass): Malignancy {
  return malignancies[lesionClass];
}

export function managementOf(lesionClass: LesionClass): Management {
  return managementOfClass[lesionClass] ?? managementOfMalignancy[malignancyOf(lesionClass)];
}

/** Negative when the first class is the more dangerous one. */
export function compareRisk(one: LesionClass, other: LesionClass): number {
  return riskOrder.indexOf(one) - riskOrder.indexOf(other);
}

import { enumOf } from '#shared/graphql';

export const diagnosisSources = ['REFERRER', 'AI', 'HUMAN', 'ADJUDICATION', 'HISTOLOGY'] as const;
export type DiagnosisSource = (typeof diagnosisSources)[number];
export const DiagnosisSourceEnum = enumOf('DiagnosisSource', diagnosisSources);

/** Ordered by risk: the most severe wins when several fit. */
export const lesionClasses = [
  'MELANOMA',
  'SQUAMOUS_CELL_CARCINOMA',
  'BASAL_CELL_CARCINOMA',
  'INTRAEPIDERMAL_CARCINOMA',
  'ACTINIC_KERATOSIS',
  'ATYPICAL_NAEVUS',
  'BENIGN_MELANOCYTIC_NAEVUS',
  'SEBORRHOEIC_KERATOSIS',
  'DERMATOFIBROMA',
  'SOLAR_LENTIGO',
  'VASCULAR_LESION',
  'OTHER_BENIGN',
  'OTHER_MALIGNANT',
  'INFLAMMATORY',
  'INDETERMINATE',
] as const;
export type LesionClass = (typeof lesionClasses)[number];
export const LesionClassEnum = enumOf('LesionClass', lesionClasses);

export const malignancies = ['MALIGNANT', 'PRE_MALIGNANT', 'BENIGN', 'INDETERMINATE'] as const;
export type Malignancy = (typeof malignancies)[number];
export const MalignancyEnum = enumOf('Malignancy', malignancies);

export const certainties = ['SUSPECTED', 'PROBABLE', 'CONFIRMED', 'REFUTED'] as const;
export type DiagnosisCertainty = (typeof certainties)[number];
export const DiagnosisCertaintyEnum = enumOf('DiagnosisCertainty', certainties);

import { type CodedConcept } from '#shared/graphql';
import { type LesionClass } from './diagnosis.codes';

/** ICD-10 (WHO). Classes a reader tells apart and ICD-10 does not share a code. */
const codes: Readonly<Record<LesionClass, readonly [code: string, display: string]>> = {
  MELANOMA: ['C43.9', 'Malignant melanoma of skin, unspecified'],
  SQUAMOUS_CELL_CARCINOMA: ['C44.9', 'Malignant neoplasm of skin, unspecified'],
  BASAL_CELL_CARCINOMA: ['C44.9', 'Malignant neoplasm of skin, unspecified'],
  INTRAEPIDERMAL_CARCINOMA: ['D04.9', 'Carcinoma in situ of skin, unspecified'],
  ACTINIC_KERATOSIS: ['L57.0', 'Actinic keratosis'],
  ATYPICAL_NAEVUS: ['D22.9', 'Melanocytic naevi, unspecified'],
  BENIGN_MELANOCYTIC_NAEVUS: ['D22.9', 'Melanocytic naevi, unspecified'],
  SEBORRHOEIC_KERATOSIS: ['L82', 'Seborrhoeic keratosis'],
  DERMATOFIBROMA: ['D23.9', 'Other benign neoplasm of skin, unspecified'],
  SOLAR_LENTIGO: ['L81.4', 'Other melanin hyperpigmentation'],
  VASCULAR_LESION: ['D18.0', 'Haemangioma, any site'],
  OTHER_BENIGN: ['D23.9', 'Other benign neoplasm of skin, unspecified'],
  OTHER_MALIGNANT: ['C44.9', 'Malignant neoplasm of skin, unspecified'],
  INFLAMMATORY: ['L30.9', 'Dermatitis, unspecified'],
  INDETERMINATE: ['D48.5', 'Neoplasm of uncertain behaviour of skin'],
};

export function icd10Of(lesionClass: LesionClass): CodedConcept {
  const [code, display] = codes[lesionClass];
  return { system: 'ICD-10', code, display, version: null };
}

/** The words for a code, where this table has them. */
export function displayOf(system: string, code: string): string | null {
  if (system !== 'ICD-10') return null;
  return Object.values(codes).find(([known]) => known === code)?.[1] ?? null;
}

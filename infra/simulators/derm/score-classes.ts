import { malignancyOf, riskOrder, type LesionClass } from './lesion-classes';
import { type LesionFeatures } from './measure-lesion';

type Row = readonly [number, number, number, number, number, number, number];

const measures = ['asymmetry', 'border', 'colours', 'colourVariance', 'size', 'darkness', 'redness'] as const;
/** Size counts least: how far the camera was away is not known. */
const weights: Row = [1.5, 1, 1.5, 1.5, 0.5, 1, 1];

/**
 * How each class typically measures, from the textbook descriptions and tuned on the drawn pictures. A table and not a
 * trained model: it shows that the chain from picture to decision works, and says nothing about a patient.
 */
const typical: Readonly<Record<Exclude<LesionClass, 'INDETERMINATE'>, Row>> = {
  // asymmetry, border, colours, variance, size, darkness, redness
  MELANOMA: [0.75, 0.7, 0.85, 0.75, 0.8, 0.75, 0.03],
  SQUAMOUS_CELL_CARCINOMA: [0.5, 0.4, 0.4, 0.45, 0.7, 0.15, 0.6],
  OTHER_MALIGNANT: [0.4, 0.3, 0.25, 0.4, 0.8, 0.3, 0.9],
  BASAL_CELL_CARCINOMA: [0.3, 0.25, 0.3, 0.35, 0.5, 0.1, 0.4],
  INTRAEPIDERMAL_CARCINOMA: [0.35, 0.35, 0.1, 0.2, 0.7, 0.05, 0.5],
  ACTINIC_KERATOSIS: [0.45, 0.5, 0.1, 0.15, 0.4, 0, 0.3],
  ATYPICAL_NAEVUS: [0.35, 0.2, 0.4, 0.35, 0.6, 0.55, 0.05],
  BENIGN_MELANOCYTIC_NAEVUS: [0.05, 0, 0, 0.12, 0.5, 0.5, 0.05],
  SEBORRHOEIC_KERATOSIS: [0.1, 0.05, 0.35, 0.3, 0.75, 0.4, 0],
  DERMATOFIBROMA: [0.1, 0.05, 0.2, 0.2, 0.35, 0.25, 0.2],
  SOLAR_LENTIGO: [0.25, 0.2, 0, 0.1, 0.45, 0.2, 0],
  VASCULAR_LESION: [0.1, 0.05, 0.15, 0.2, 0.35, 0.4, 0.9],
  OTHER_BENIGN: [0.15, 0.1, 0.1, 0.1, 0.25, 0.1, 0.1],
  INFLAMMATORY: [0.4, 0.4, 0, 0.1, 0.9, 0, 0.6],
};

/** Squared distance from which on a lesion resembles nothing in the table. */
const unlikeAnything = 0.7;
/** Greater makes the nearest class more certain. */
const sharpness = 12;
/** Share of suspicion (malignant and pre-malignant together) from which a referral is due. */
const referralThreshold = 0.3;

export type Probabilities = Readonly<Record<LesionClass, number>>;

/** Softmax over the distances to what is typical; without features, all of it is INDETERMINATE. */
export function scoreClasses(features: LesionFeatures | null): Probabilities {
  const scores = riskOrder.map((lesionClass) => Math.exp(-sharpness * distanceTo(lesionClass, features)));
  const total = scores.reduce((sum, score) => sum + score, 0);
  const entries = riskOrder.map((lesionClass, index) => [lesionClass, round((scores[index] ?? 0) / total)] as const);
  return Object.fromEntries(entries) as Record<LesionClass, number>;
}

/** The likeliest class; of equally likely ones the most dangerous. */
export function likeliest(probabilities: Probabilities): LesionClass {
  return riskOrder.reduce((best, next) => (probabilities[next] > probabilities[best] ? next : best));
}

export function meetsReferralThreshold(probabilities: Probabilities): boolean {
  if (malignancyOf(likeliest(probabilities)) !== 'BENIGN') return true;
  const suspicious = riskOrder.filter((one) => ['MALIGNANT', 'PRE_MALIGNANT'].includes(malignancyOf(one)));
  return suspicious.reduce((sum, one) => sum + probabilities[one], 0) >= referralThreshold;
}

function distanceTo(lesionClass: LesionClass, features: LesionFeatures | null): number {
  if (!features) return lesionClass === 'INDETERMINATE' ? 0 : Infinity;
  if (lesionClass === 'INDETERMINATE') return unlikeAnything;
  const row = typical[lesionClass];
  return measures.reduce(
    (sum, measure, index) => sum + (weights[index] ?? 0) * (features[measure] - (row[index] ?? 0)) ** 2,
    0,
  );
}

function round(probability: number): number {
  return Math.round(probability * 10_000) / 10_000;
}

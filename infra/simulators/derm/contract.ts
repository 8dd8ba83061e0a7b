import { z } from 'zod';
import { type LesionClass, type Malignancy, type Management } from './lesion-classes';
import { type LesionFeatures } from './measure-lesion';

/** In every answer and callback, so that no result of the simulator can pass for a medical device's. */
export const label = 'simulator, not for clinical use';
export const modelVersion = 'derm-simulator-1';

const reference = z.string().min(1).max(200);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

const image = z.strictObject({
  id: reference,
  url: httpUrl,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  /** Null for an overview that shows no single lesion; it is fetched and verified, not classified. */
  findingReference: reference.nullable(),
  kind: z.enum(['OVERVIEW', 'MACRO', 'DERMOSCOPIC', 'POLARISED', 'CLINICAL_PHOTO', 'HISTOLOGY_SCAN']),
});

const lesion = z.strictObject({
  findingReference: reference,
  bodySite: z.string().max(200).nullish(),
  laterality: z.enum(['LEFT', 'RIGHT', 'MIDLINE', 'BILATERAL']).nullish(),
  longestDiameterMm: z.number().positive().max(1000).nullish(),
  durationMonths: z.int().min(0).nullish(),
  changes: z.array(z.enum(['SIZE', 'SHAPE', 'COLOUR', 'BLEEDING', 'ITCH', 'PAIN', 'ULCERATION', 'NONE'])).default([]),
});

/** Strict at every level: a client that sends more than the provider needs (a name, a birth date) is refused. */
export const submissionSchema = z
  .strictObject({
    reference,
    attempt: z.int().min(1).default(1),
    callbackUrl: httpUrl.optional(),
    images: z
      .array(image)
      .min(1)
      .max(50)
      .refine((images) => images.some(({ findingReference }) => findingReference !== null), {
        error: 'at least one image must name its finding',
      }),
    patient: z.strictObject({
      ageYears: z.int().min(0).max(150),
      sex: z.enum(['FEMALE', 'MALE', 'INTERSEX', 'UNKNOWN']),
      fitzpatrick: z.enum(['I', 'II', 'III', 'IV', 'V', 'VI', 'UNKNOWN']),
    }),
    lesions: z.array(lesion).max(50).default([]),
  })
  .refine(
    ({ images, lesions }) =>
      lesions.every((one) => images.some((shown) => shown.findingReference === one.findingReference)),
    { path: ['lesions'], error: 'every lesion needs an image that names it' },
  );

export type Submission = z.infer<typeof submissionSchema>;
export type SubmittedImage = Submission['images'][number];

export type FailureCode =
  'IMAGE_UNREACHABLE' | 'IMAGE_TOO_LARGE' | 'IMAGE_HASH_MISMATCH' | 'IMAGE_UNDECODABLE' | 'MODEL_FAILURE';

/** A case that cannot be assessed. The message names the image by id only. */
export class AssessmentError extends Error {
  override readonly name = 'AssessmentError';

  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface LesionResult {
  readonly findingReference: string;
  /** The image the classification rests on. */
  readonly imageId: string;
  readonly class: LesionClass;
  readonly malignancy: Malignancy;
  /** Probability of the class, 0 to 1. */
  readonly confidence: number;
  readonly probabilities: Readonly<Record<LesionClass, number>>;
  readonly referralThresholdMet: boolean;
  /** Null when no lesion stood out from the skin. */
  readonly features: LesionFeatures | null;
}

export interface AssessmentResult {
  readonly label: typeof label;
  readonly modelVersion: string;
  readonly overallClass: LesionClass;
  readonly overallMalignancy: Malignancy;
  readonly management: Management;
  readonly lesions: readonly LesionResult[];
  readonly warnings: readonly string[];
}

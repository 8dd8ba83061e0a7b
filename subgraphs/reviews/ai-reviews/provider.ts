import { type LesionClass, type Malignancy, type ManagementPlan } from '../outcomes/outcome.codes';

/** What the provider is told: images, age, sex and skin type. Nothing that says who the patient is. */
export interface AiSubmission {
  readonly images: readonly {
    readonly id: string;
    readonly url: string;
    readonly sha256: string;
    readonly findingReference: string | null;
    readonly kind: string;
  }[];
  readonly patient: { readonly ageYears: number; readonly sex: string; readonly fitzpatrick: string };
  readonly lesions: readonly {
    readonly findingReference: string;
    readonly laterality: string | null;
    readonly longestDiameterMm: number | null;
    readonly durationMonths: number | null;
    readonly changes: readonly string[];
  }[];
}

export interface AiAssessment {
  readonly modelVersion: string;
  readonly overallClass: LesionClass;
  readonly overallMalignancy: Malignancy;
  readonly management: ManagementPlan;
  readonly lesions: readonly {
    readonly findingReference: string;
    readonly class: LesionClass;
    readonly malignancy: Malignancy;
    readonly confidence: number;
    readonly probabilities: Readonly<Record<string, number>>;
    readonly referralThresholdMet: boolean;
  }[];
  readonly warnings: readonly string[];
}

/** What the provider says of a case it was given. */
export type AiAnswer =
  | { readonly status: 'PROCESSING' }
  | { readonly status: 'COMPLETED'; readonly assessment: AiAssessment }
  /** It has given up, or what it says is no answer. */
  | { readonly status: 'FAILED'; readonly reason: string };

/** One attempt at having a review's case assessed. */
export interface AiAttempt {
  readonly aiReviewId: string;
  /** From 1. With the review's id it is the idempotency key: sent twice, it makes one case at the provider. */
  readonly attempt: number;
}

/** An answer that came by itself. */
export interface AiCallback extends AiAttempt {
  readonly externalCaseId: string;
  readonly answer: AiAnswer;
}

/** The provider cannot be reached or will not take the request. The code goes into rows and events. */
export class AiProviderError extends Error {
  override readonly name = 'AiProviderError';

  constructor(
    readonly code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_REFUSED' | 'CASE_UNKNOWN' | 'ANSWER_INVALID',
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
}

/** Assesses images of skin. The network is slow and fails: no transaction may be open. */
export interface AiProvider {
  /** @returns the provider's id of the case. @throws {AiProviderError} */
  submit(attempt: AiAttempt, submission: AiSubmission, timeoutMs: number): Promise<string>;
  /** @throws {AiProviderError} */
  answer(externalCaseId: string, timeoutMs: number): Promise<AiAnswer>;
  /**
   * Reads an answer that the provider has sent by itself.
   * @returns null when it is not from the provider, or too old. @throws {AiProviderError} ANSWER_INVALID
   */
  readCallback(body: string, signature: string | null, at: Date): AiCallback | null;
}

import { z } from 'zod';
import { lesionClasses, malignancies, managementPlans } from '../outcomes/outcome.codes';
import { type AiAnswer, AiProviderError, type AiCallback } from './provider';

const probability = z.number().min(0).max(1);

const assessment = z.object({
  modelVersion: z.string().min(1).max(100),
  overallClass: z.enum(lesionClasses),
  overallMalignancy: z.enum(malignancies),
  management: z.enum(managementPlans),
  lesions: z
    .array(
      z.object({
        findingReference: z.string(),
        class: z.enum(lesionClasses),
        malignancy: z.enum(malignancies),
        confidence: probability,
        probabilities: z.record(z.string(), probability),
        referralThresholdMet: z.boolean(),
      }),
    )
    .min(1)
    .max(50),
  warnings: z.array(z.string().max(500)).max(50).default([]),
});

const caseState = z.object({
  caseId: z.string().min(1).max(100),
  reference: z.string(),
  attempt: z.int().min(1),
  status: z.enum(['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED']),
});

const failure = z.object({ error: z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/) }) });

/** The answer to a submission: all that matters is the id. */
export const acceptedSchema = z.object({ caseId: z.string().min(1).max(100) });

/** Reads what the provider says of a case. A result that breaks the contract is a failure, never a result. */
export function parseAnswer(value: unknown): AiCallback {
  const state = caseState.safeParse(value);
  if (!state.success) throw new AiProviderError('ANSWER_INVALID');
  const { caseId: externalCaseId, reference: aiReviewId, attempt, status } = state.data;
  return { externalCaseId, aiReviewId, attempt, answer: answerOf(status, value) };
}

function answerOf(status: z.infer<typeof caseState>['status'], value: unknown): AiAnswer {
  if (status === 'QUEUED' || status === 'PROCESSING') return { status: 'PROCESSING' };
  if (status === 'CANCELLED') return { status: 'FAILED', reason: 'CANCELLED_BY_PROVIDER' };
  if (status === 'FAILED') {
    const { data } = failure.safeParse(value);
    return { status, reason: data?.error.code ?? 'PROVIDER_FAILED' };
  }
  const { data } = z.object({ result: assessment }).safeParse(value);
  return data ? { status, assessment: data.result } : { status: 'FAILED', reason: 'ANSWER_INVALID' };
}

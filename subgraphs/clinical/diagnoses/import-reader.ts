import { z } from 'zod';
import { type SupergraphClient } from '#shared/supergraph';
import { type DiagnosisImport } from './diagnosis-import.entity';
import { lesionClasses, malignancies } from './diagnosis.codes';
import { type Opinion } from './diagnosis.service';
import { icd10Of } from './icd10';

const finding = z.object({ id: z.string() }).nullable();
const verdict = {
  finding,
  class: z.enum(lesionClasses),
  malignancy: z.enum(malignancies),
  confidence: z.number().nullable(),
};
const lesion = z.object(verdict);
const perFinding = z.object({
  ...verdict,
  code: z.object({ system: z.string(), code: z.string(), display: z.string().nullable() }).nullable(),
});

const aiReview = {
  document: `query AiReviewToImport($id: ID!) {
    aiReview(id: $id) { result { lesions { finding { id } class malignancy confidence } } }
  }`,
  shape: z.object({ aiReview: z.object({ result: z.object({ lesions: z.array(lesion) }).nullable() }).nullable() }),
};

const humanReview = {
  document: `query HumanReviewToImport($id: ID!) {
    humanReview(id: $id) {
      finalDecision { perFinding { finding { id } code { system code display } class malignancy confidence } }
    }
  }`,
  shape: z.object({
    humanReview: z
      .object({ finalDecision: z.object({ perFinding: z.array(perFinding).nullable() }).nullable() })
      .nullable(),
  }),
};

/**
 * What a review found, from its owner. Null when the owner shows nothing (yet).
 * @throws {DomainError} UPSTREAM_UNAVAILABLE
 */
export async function readOpinions(supergraph: SupergraphClient, row: DiagnosisImport): Promise<Opinion[] | null> {
  const variables = { id: row.reviewRef };
  if (row.source === 'AI') {
    const { aiReview: review } = await supergraph.query(aiReview, variables, row);
    return review?.result?.lesions.map((one) => opinionOfAi(one)) ?? null;
  }
  const { humanReview: review } = await supergraph.query(humanReview, variables, row);
  // A decision without findings has been erased since: there is nothing left to import.
  return review?.finalDecision ? (review.finalDecision.perFinding ?? []).map((one) => opinionOfReader(one)) : null;
}

function opinionOfAi(one: z.infer<typeof lesion>): Opinion {
  return {
    ...{ source: 'AI', certainty: 'SUSPECTED', supersedesId: null, code: icd10Of(one.class) },
    ...{ findingId: one.finding?.id ?? null, lesionClass: one.class, malignancy: one.malignancy },
    confidence: one.confidence,
  };
}

function opinionOfReader(one: z.infer<typeof perFinding>): Opinion {
  return {
    ...{ source: 'HUMAN', certainty: 'PROBABLE', supersedesId: null },
    code: one.code ? { ...one.code, code: one.code.code.toUpperCase(), version: null } : icd10Of(one.class),
    ...{ findingId: one.finding?.id ?? null, lesionClass: one.class, malignancy: one.malignancy },
    // Readers give a percentage.
    confidence: one.confidence === null ? null : one.confidence / 100,
  };
}

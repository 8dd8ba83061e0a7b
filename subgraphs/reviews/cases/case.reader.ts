import { z } from 'zod';
import { type OnBehalfOf, type SupergraphClient } from '#shared/supergraph';

const findingSchema = z.object({ id: z.string() });

const caseSchema = z.object({
  patient: z.object({
    demographics: z
      .object({
        ageYears: z.number().nullable(),
        sexAtBirth: z.string().nullable(),
        fitzpatrick: z.string().nullable(),
      })
      .nullable(),
  }),
  findings: z.array(
    z.object({
      id: z.string(),
      laterality: z.string().nullable(),
      longestDiameterMm: z.number().nullable(),
      durationMonths: z.number().nullable(),
      changes: z.array(z.string()),
      unsuitableForAi: z.array(z.string()),
    }),
  ),
  images: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      status: z.string(),
      sha256: z.string().nullable(),
      finding: findingSchema.nullable(),
      downloadUrl: z.object({ url: z.string() }).nullable(),
    }),
  ),
});

const findingsQuery = {
  document: 'query ReviewFindings($id: ID!) { case(id: $id) { findings { id } } }',
  shape: z.object({ case: z.object({ findings: z.array(findingSchema) }).nullable() }),
};

const aiInputQuery = {
  document: `query AiReviewInput($id: ID!) {
    case(id: $id) {
      patient { demographics { ageYears sexAtBirth fitzpatrick } }
      findings { id laterality longestDiameterMm durationMonths changes unsuitableForAi }
      images { id kind status sha256 finding { id } downloadUrl { url } }
    }
  }`,
  shape: z.object({ case: caseSchema.nullable() }),
};

const consentQuery = {
  document: `query AiConsent($patientIds: [ID!]!) {
    consentDecisions(patientIds: $patientIds, purpose: AI_ANALYSIS, action: AI_PROCESS, dataCategory: IMAGE) { permitted }
  }`,
  shape: z.object({ consentDecisions: z.array(z.object({ permitted: z.boolean() })) }),
};

/** A case as the AI is asked about it. */
export type CaseForAi = z.infer<typeof caseSchema>;

/** Reads what other domains own. Slow: never inside a transaction. */
export interface CaseReader {
  /** Ids of the case's findings; null when there is no such case. @throws {DomainError} UPSTREAM_UNAVAILABLE */
  findingIds(caseId: string, as: OnBehalfOf): Promise<string[] | null>;
  /** Null when there is no such case. @throws {DomainError} UPSTREAM_UNAVAILABLE */
  forAi(caseId: string, as: OnBehalfOf): Promise<CaseForAi | null>;
  /** Whether the patient lets AI process their images, now. @throws {DomainError} UPSTREAM_UNAVAILABLE */
  permitsAi(patientId: string, as: OnBehalfOf): Promise<boolean>;
}

export function caseReader(supergraph: SupergraphClient): CaseReader {
  return {
    async findingIds(caseId, as) {
      const { case: found } = await supergraph.query(findingsQuery, { id: caseId }, as);
      return found?.findings.map(({ id }) => id) ?? null;
    },
    async forAi(caseId, as) {
      return (await supergraph.query(aiInputQuery, { id: caseId }, as)).case;
    },
    async permitsAi(patientId, as) {
      const { consentDecisions } = await supergraph.query(consentQuery, { patientIds: [patientId] }, as);
      return consentDecisions[0]?.permitted === true;
    },
  };
}

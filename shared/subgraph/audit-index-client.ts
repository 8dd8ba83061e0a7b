import { z } from 'zod';
import { type AuditIndex } from '#shared/audit';
import { type SupergraphClient } from '#shared/supergraph';

const indexRecords = {
  document: `mutation IndexAuditRecords($part: SealedAuditPartInput!) { indexAuditRecords(part: $part) { sequence } }`,
  shape: z.object({ indexAuditRecords: z.object({ sequence: z.number().int().min(0) }) }),
};

/** The platform's audit index, as a subgraph that does not keep it reaches it: which subgraph it is, its signature says. */
export function auditIndexOf(supergraph: SupergraphClient): AuditIndex {
  return {
    take: async ({ organisationId, region, ...part }) => {
      const answer = await supergraph.query(indexRecords, { part }, { organisationId, region });
      return answer.indexAuditRecords.sequence;
    },
  };
}

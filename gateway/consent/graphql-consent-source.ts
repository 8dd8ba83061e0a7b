import { z } from 'zod';
import { serviceActor } from '#shared/auth';
import { type Subgraphs } from '../transport';
import { type ConsentConfig } from './consent-config';
import { type ConsentSource } from './consent-source';

const answerSchema = z.object({
  decisions: z.array(
    z.object({
      permitted: z.boolean(),
      reason: z.string(),
      cacheForSeconds: z.number().min(0),
      recordId: z.string().nullish(),
      consentType: z.object({ key: z.string(), name: z.string() }).nullable(),
    }),
  ),
});

/**
 * Asks the subgraph that the configuration names, in the gateway's own name and in the viewer's organisation: whether a
 * person has consented is not the viewer's to ask. The viewer is named in the question, because a consent may name them.
 */
export function graphqlConsentSource(
  { subgraph, query, scopes }: ConsentConfig,
  subgraphs: Pick<Subgraphs, 'execute'>,
): ConsentSource {
  return {
    decide: async ({ purpose, dataCategory, subjects, viewer, correlationId, span }) => {
      const { userId, clientId } = viewer;
      const { data, errors } = await subgraphs.execute(subgraph, {
        query,
        variables: { subjects, purpose, dataCategory, userId, clientId },
        actor: serviceActor('gateway', viewer, scopes),
        correlationId,
        span,
      });
      const [error] = errors ?? [];
      // Only the code goes to the log: the message may name the subject.
      if (error) throw new Error(`${subgraph} refused: ${JSON.stringify(error.extensions?.['code'])}`);
      return answerSchema.parse(data).decisions;
    },
  };
}

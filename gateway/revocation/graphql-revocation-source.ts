import { z } from 'zod';
import { type Region, serviceActor } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { type Subgraphs } from '../transport';
import { type RevocationConfig } from './revocation-config';
import { revocationKinds, type RevocationSource } from './revocation-source';

const instant = z.iso.datetime().transform((text) => Date.parse(text));

const answerSchema = z.object({
  revocations: z.object({
    entries: z.array(
      z.object({ kind: z.enum(revocationKinds), key: z.string(), issuedUntil: instant, endsAt: instant }),
    ),
    cursor: z.string(),
    isComplete: z.boolean(),
  }),
});

/** Whom the question goes to, and from which region's gateway. */
interface Asking {
  readonly subgraphs: Pick<Subgraphs, 'execute'>;
  readonly region: Region;
}

/** Asks the subgraph that the configuration names, in the gateway's own name. */
export function graphqlRevocationSource(
  { subgraph, query, scopes, wokenBy }: RevocationConfig,
  { subgraphs, region }: Asking,
): RevocationSource {
  // The gateway's own question is about no organisation; what answers it looks at all of them.
  const nobody = { organisationId: '', region };
  return {
    wokenBy,
    read: async (after) => {
      const { data, errors } = await subgraphs.execute(subgraph, {
        query,
        variables: { after },
        actor: serviceActor('gateway', nobody, scopes),
        correlationId: newCorrelationId(),
      });
      const [error] = errors ?? [];
      if (error) throw new Error(`${subgraph} refused: ${JSON.stringify(error.extensions?.['code'])}`);
      const { entries, ...page } = answerSchema.parse(data).revocations;
      return {
        ...page,
        revocations: entries.map(({ kind, key, issuedUntil: issuedUntilMs, endsAt: endsAtMs }) => {
          return { kind, key, issuedUntilMs, endsAtMs };
        }),
      };
    },
  };
}

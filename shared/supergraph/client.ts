import { z } from 'zod';
import { serviceActor, signActorContext, type InternalSigner, type Region, type Scope } from '#shared/auth';
import { currentContext } from '#shared/context';
import { DomainError } from '#shared/errors';
import { traceHeaders } from '#shared/tracing';

/** On whose behalf a service reads. */
export interface OnBehalfOf {
  readonly organisationId: string;
  readonly region: Region;
}

/** How a subgraph reads what another owns: by an operation on the supergraph, as any client would. */
export interface SupergraphClient {
  /**
   * Runs a query with the service's own scopes and answers its data, checked against `shape`.
   * @throws {DomainError} UPSTREAM_UNAVAILABLE when the gateway or any part of the answer failed.
   */
  query<T>(operation: SupergraphQuery<T>, variables: Record<string, unknown>, as: OnBehalfOf): Promise<T>;
}

export interface SupergraphQuery<T> {
  readonly document: string;
  readonly shape: z.ZodType<T>;
}

const answerSchema = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string().optional() }).optional() })).optional(),
});

/** @param scopes what this service may ask for, and nothing else */
export function createSupergraphClient(options: {
  readonly url: () => string;
  readonly signer: InternalSigner;
  readonly scopes: readonly Scope[];
  readonly timeoutMs: number;
}): SupergraphClient {
  const { url, signer, scopes, timeoutMs } = options;
  return {
    async query({ document, shape }, variables, as) {
      const actor = serviceActor(signer.name.replace('service:', ''), as, scopes);
      const answer = await post(
        url(),
        { query: document, variables },
        {
          authorization: `Service ${await signActorContext(signer, actor, 'gateway')}`,
          timeoutMs,
        },
      );
      const [failure] = answer.errors ?? [];
      if (failure) throw unavailable(new Error(`The supergraph answered ${failure.extensions?.code ?? 'an error'}`));
      const read = shape.safeParse(answer.data);
      if (!read.success) throw unavailable(new Error('The supergraph answered something else than was asked'));
      return read.data;
    },
  };
}

async function post(
  url: string,
  body: object,
  { authorization, timeoutMs }: { authorization: string; timeoutMs: number },
): Promise<z.infer<typeof answerSchema>> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization,
        'x-correlation-id': currentContext().correlationId,
        ...traceHeaders(),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return answerSchema.parse(await response.json());
  } catch (cause) {
    throw unavailable(cause);
  }
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('UPSTREAM_UNAVAILABLE', 'A service this request depends on did not answer', { cause });
}

import { type IncomingMessage, type ServerResponse } from 'node:http';
import { runInContext } from '#shared/context';
import { DomainError } from '#shared/errors';
import { type HttpRoute, readBody, type RouteContext, sendJson, type SystemAccess } from '#shared/subgraph';
import { type ReviewsPorts } from '../ports';
import { AiReview } from './ai-review.entity';
import { applyAnswer, changeAiReview } from './ai-review.service';
import { callbackPath, signatureHeader } from './derm-provider';
import { type AiCallback, AiProviderError } from './provider';
import { RetryPolicy } from './retry.policy';

type Context = RouteContext<ReviewsPorts>;

/** Takes the provider's answers. Whatever is lost on this way is fetched by the worker. */
export function dermCallbackRoute(context: Context): HttpRoute {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body } = await answerTo(context, request);
    sendJson(response, status, body);
  };
  return {
    path: callbackPath,
    handle: (request, response) => {
      handle(request, response).catch((error: unknown) => {
        context.log.error({ err: error }, 'A callback of the AI provider failed');
        if (!response.headersSent) sendJson(response, 500, { error: 'INTERNAL_SERVER_ERROR' });
      });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

async function answerTo({ system, ports }: Context, request: IncomingMessage): Promise<Answer> {
  const at = new Date();
  if (request.method !== 'POST') return refusal(405, 'METHOD_NOT_ALLOWED');
  if (!ports.ai) return refusal(404, 'NOT_FOUND');
  const signature = request.headers[signatureHeader];
  try {
    const body = (await readBody(request)).toString('utf8');
    const callback = ports.ai.readCallback(body, typeof signature === 'string' ? signature : null, at);
    if (!callback) return refusal(401, 'SIGNATURE_INVALID');
    const taken = await take(callback, { system, ports, at });
    return { status: 200, body: { status: taken ? 'TAKEN' : 'DROPPED' } };
  } catch (error) {
    if (error instanceof AiProviderError) return refusal(400, error.code);
    if (error instanceof DomainError && error.code === 'LIMIT_EXCEEDED') return refusal(413, error.code);
    throw error;
  }
}

/** @returns false for an answer to a submission that is over, or was never made: nothing has changed then. */
async function take(
  { externalCaseId, attempt, answer }: AiCallback,
  { system, ports, at }: { system: SystemAccess; ports: ReviewsPorts; at: Date },
): Promise<boolean> {
  const [found] = await system.source.getRepository(AiReview).find({
    select: { id: true, organisationId: true, region: true, correlationId: true },
    where: { externalCaseId },
    take: 1,
  });
  if (!found) return false;
  const retry = new RetryPolicy(ports.timings);
  const work = { correlationId: found.correlationId, causationId: null, operationName: 'reviews.derm-callback' };
  return runInContext(work, () =>
    changeAiReview(system.unitFor(found, at), found.id, (review) => {
      const asked = review.externalCaseId === externalCaseId && review.submissionNumber === attempt;
      return asked && applyAnswer(review, answer, { at, retry });
    }),
  );
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}

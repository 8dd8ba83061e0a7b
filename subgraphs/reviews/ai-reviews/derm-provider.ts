import { type DermConfig } from '../config';
import { isSignedBy } from './callback-signature';
import { acceptedSchema, parseAnswer } from './derm-answer';
import { type AiAttempt, type AiProvider, AiProviderError, type AiSubmission } from './provider';

/** Where the provider sends its answers, below this subgraph's public URL. */
export const callbackPath = '/v1/callbacks/derm';
export const signatureHeader = 'x-derm-signature';

const maxAnswerBytes = 1_000_000;

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A provider that speaks the DERM-like HTTP contract: submit a case, ask for it, or be called back. */
export function dermProvider(config: DermConfig, publicUrl: () => string): AiProvider {
  return {
    async submit(attempt, submission, timeoutMs) {
      const answer = await call(config, {
        method: 'POST',
        path: '/v1/cases',
        timeoutMs,
        headers: { 'idempotency-key': idempotencyKey(attempt) },
        body: bodyOf(attempt, submission, `${publicUrl()}${callbackPath}`),
      });
      const { data } = acceptedSchema.safeParse(answer);
      if (!data) throw new AiProviderError('ANSWER_INVALID');
      return data.caseId;
    },
    async answer(externalCaseId, timeoutMs) {
      const path = `/v1/cases/${encodeURIComponent(externalCaseId)}`;
      const { answer } = parseAnswer(await call(config, { method: 'GET', path, timeoutMs }));
      return answer;
    },
    readCallback(body, signature, at) {
      if (!isSignedBy(config.callbackSecret, { body, signature, at })) return null;
      return parseAnswer(parseJson(body));
    },
  };
}

/** The review's id; a further submission of the same review is another case at the provider, and says so. */
function idempotencyKey({ aiReviewId, attempt }: AiAttempt): string {
  return attempt === 1 ? aiReviewId : `${aiReviewId}:${String(attempt)}`;
}

function bodyOf({ aiReviewId: reference, attempt }: AiAttempt, submission: AiSubmission, callbackUrl: string): object {
  return { reference, attempt, callbackUrl, ...submission };
}

async function call({ url, apiKey }: DermConfig, { method, path, timeoutMs, headers, body }: Call): Promise<unknown> {
  const response = await send(`${url}${path}`, {
    method,
    redirect: 'error',
    headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json', ...contentType(body), ...headers },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status >= 500 || response.status === 429) throw new AiProviderError('PROVIDER_UNAVAILABLE');
  if (response.status === 404 && method === 'GET') throw new AiProviderError('CASE_UNKNOWN');
  if (!response.ok) throw new AiProviderError('PROVIDER_REFUSED');
  return parseJson(response.text);
}

/** The whole answer, or PROVIDER_UNAVAILABLE: a connection that breaks in the middle is one that was not there. */
async function send(url: string, request: RequestInit): Promise<{ status: number; ok: boolean; text: string }> {
  try {
    const response = await fetch(url, request);
    const text = await response.text();
    return { status: response.status, ok: response.ok, text: text.slice(0, maxAnswerBytes) };
  } catch (cause) {
    throw new AiProviderError('PROVIDER_UNAVAILABLE', { cause });
  }
}

function contentType(body: object | undefined): Record<string, string> {
  return body ? { 'content-type': 'application/json' } : {};
}

/** @throws {AiProviderError} ANSWER_INVALID when it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AiProviderError('ANSWER_INVALID', { cause });
  }
}

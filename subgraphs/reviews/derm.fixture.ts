import { type Submission, submissionSchema } from '../../infra/simulators/derm/contract';
import { deliver } from '../../infra/simulators/http/deliver';
import { type Answer, createSimulator, type Exchange } from '../../infra/simulators/http/server';

export const dermKey = 'test-key';
export const dermSecret = 'test-callback-secret';

interface Received {
  readonly id: string;
  readonly key: string;
  readonly submission: Submission;
}

/** How the provider behaves; each mode stays until another is set. */
export type Mode =
  'well' | 'silent' | 'down' | 'refusing' | 'slow' | 'garbage' | 'failing' | 'repeating' | 'incomplete';

/** A provider at the edge: takes exactly what the simulator's contract allows, and misbehaves when told to. */
export interface FakeDerm {
  readonly url: string;
  mode: Mode;
  /** What the provider says of every lesion. */
  verdict: { class: string; malignancy: string; management: string };
  readonly received: readonly Received[];
  /** Sends the answer to a case to its callback URL, `changes` applied. @returns whether it was taken */
  callBack(id: string, changes?: object, secret?: string): Promise<boolean>;
  close(): Promise<void>;
}

export async function startFakeDerm(): Promise<FakeDerm> {
  const received: Received[] = [];
  const stopping = new AbortController();
  const find = (id: string): Received | undefined => received.find((one) => one.id === id);
  const callBack: FakeDerm['callBack'] = (id, changes = {}, secret = dermSecret) => {
    const known = find(id);
    if (!known) throw new Error('No such case');
    const delivery = {
      ...{
        url: known.submission.callbackUrl ?? '',
        body: JSON.stringify({ ...stateOf(derm, known), ...changes }),
        secret,
      },
      ...{ signatureHeader: 'x-derm-signature', attemptHeader: 'derm-attempt' },
    };
    return deliver(delivery, { retryDelaysMs: [], signal: stopping.signal, now: () => new Date() });
  };
  const submit = ({ body, headers }: Exchange): Answer => {
    if (derm.mode === 'refusing') return { status: 422, body: { error: { code: 'REFUSED' } } };
    const { success, data } = submissionSchema.safeParse(JSON.parse(body));
    if (!success) return { status: 422, body: { error: { code: 'INVALID' } } };
    const key = String(headers['idempotency-key']);
    const earlier = received.find((one) => one.key === key);
    const known = earlier ?? { id: `case-${String(received.length + 1)}`, key, submission: data };
    if (!earlier) received.push(known);
    // After the answer to the submission, as a provider would.
    if (callsBack(derm.mode))
      setTimeout(() => void Promise.all(Array.from({ length: repeats(derm.mode) }, () => callBack(known.id))), 20);
    return { status: 202, body: stateOf(derm, known) };
  };
  const simulator = createSimulator({
    routes: [
      { method: 'POST', path: '/v1/cases', handle: submit },
      {
        method: 'GET',
        path: '/v1/cases/:id',
        handle: ({ params }) => {
          const known = find(params['id'] ?? '');
          return known ? { status: 200, body: stateOf(derm, known) } : { status: 404, body: {} };
        },
      },
    ],
    around: async ({ headers }, next) => {
      if (derm.mode === 'down') return { status: 503, body: '' };
      return headers.authorization === `Bearer ${dermKey}` ? next() : { status: 401, body: {} };
    },
    notFound: { status: 404, body: {} },
    stop: () => {
      stopping.abort();
      return Promise.resolve();
    },
  });
  const derm: FakeDerm = {
    ...{ url: await simulator.listen(0), mode: 'well', received, callBack, close: () => simulator.close() },
    verdict: { class: 'MELANOMA', malignancy: 'MALIGNANT', management: 'BIOPSY' },
  };
  return derm;
}

function callsBack(mode: Mode): boolean {
  return mode === 'well' || mode === 'repeating';
}

function repeats(mode: Mode): number {
  return mode === 'repeating' ? 5 : 1;
}

function stateOf({ mode, verdict }: FakeDerm, { id, submission }: Received): object {
  const { reference, attempt } = submission;
  const state = { caseId: id, reference, attempt };
  if (mode === 'slow') return { ...state, status: 'PROCESSING' };
  if (mode === 'failing') return { ...state, status: 'FAILED', error: { code: 'MODEL_FAILURE' } };
  if (mode === 'garbage') return { ...state, status: 'COMPLETED', result: { overallClass: 'BANANA', lesions: 'none' } };
  const lesions = submission.lesions.slice(mode === 'incomplete' ? 1 : 0).map(({ findingReference }) => ({
    ...{ findingReference, class: verdict.class, malignancy: verdict.malignancy, confidence: 0.9 },
    ...{ probabilities: { [verdict.class]: 0.9 }, referralThresholdMet: true },
  }));
  const overall = {
    overallClass: verdict.class,
    overallMalignancy: verdict.malignancy,
    management: verdict.management,
  };
  return { ...state, status: 'COMPLETED', result: { ...overall, modelVersion: 'fake-1', lesions, warnings: [] } };
}

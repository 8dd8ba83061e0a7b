import { FaultSwitch, parseJson } from '../http/faults';
import { createSimulator, type Answer, type Exchange, type Simulator } from '../http/server';
import { isBearer } from '../http/signature';
import { Tasks } from '../http/tasks';
import { CaseDesk, faultModes, garbage, type FaultMode } from './case-desk';
import { label, submissionSchema } from './contract';

export interface DermSimulatorOptions {
  /** Clients send it as `Authorization: Bearer …`. */
  readonly apiKey: string;
  readonly callbackSecret: string;
  /** Pause before each further try of a callback; default 1 s, 5 s, 30 s. */
  readonly callbackRetryDelaysMs?: readonly number[];
  readonly now?: () => Date;
}

const maxKeyLength = 255;
const notFound = refusal(404, 'NOT_FOUND', 'There is no such case or path');

/** A DERM-like provider of AI assessments. The contract is in the README of this folder. */
export function createDermSimulator(options: DermSimulatorOptions): Simulator {
  const { apiKey, callbackSecret, callbackRetryDelaysMs: retryDelaysMs = [1_000, 5_000, 30_000] } = options;
  const faults = new FaultSwitch<FaultMode>(faultModes);
  const tasks = new Tasks();
  const desk = new CaseDesk({ callbackSecret, retryDelaysMs, now: options.now ?? (() => new Date()), faults, tasks });
  const known = (view: object | null): Answer => (view ? { status: 200, body: view } : notFound);
  return createSimulator({
    routes: [
      { method: 'GET', path: '/health', handle: () => ({ status: 200, body: { label, status: 'ok' } }) },
      { method: 'POST', path: '/v1/_faults', handle: (exchange) => setFault(faults, exchange) },
      { method: 'POST', path: '/v1/cases', handle: (exchange) => submit(desk, exchange) },
      { method: 'GET', path: '/v1/cases/:id', handle: ({ params }) => known(desk.find(params['id'] ?? '')) },
      { method: 'DELETE', path: '/v1/cases/:id', handle: ({ params }) => known(desk.cancel(params['id'] ?? '')) },
    ],
    around: async (exchange, next) => {
      if (!exchange.path.startsWith('/v1/cases')) return next();
      if (faults.mode === 'down') return refusal(503, 'UNAVAILABLE', 'Switched on by a fault');
      if (!isBearer(exchange.headers.authorization, apiKey)) {
        return refusal(401, 'UNAUTHENTICATED', 'A valid API key is required');
      }
      if (faults.mode === 'slow') await faults.pause(tasks.signal);
      const answer = await next();
      return faults.mode === 'garbage' ? { status: 200, body: garbage } : answer;
    },
    notFound,
    stop: () => tasks.stop(),
  });
}

function submit(desk: CaseDesk, { headers, body }: Exchange): Answer {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string' || key === '' || key.length > maxKeyLength) {
    return refusal(400, 'IDEMPOTENCY_KEY_REQUIRED', `Idempotency-Key must have 1 to ${maxKeyLength} characters`);
  }
  const earlier = desk.findByKey(key);
  if (earlier) return { status: 202, body: earlier };
  const { data, error } = submissionSchema.safeParse(parseJson(body));
  if (!data) {
    // Paths only: a value at fault may be what the strict schema is there to keep out.
    const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return refusal(400, 'INVALID_REQUEST', problems.join('; '));
  }
  return { status: 202, body: desk.accept(key, data) };
}

function setFault(faults: FaultSwitch<FaultMode>, { isLoopback, body }: Exchange): Answer {
  if (!isLoopback) return notFound;
  if (!faults.set(body)) return refusal(400, 'INVALID_REQUEST', `mode must be one of ${faultModes.join(', ')}`);
  return { status: 200, body: { label, mode: faults.mode } };
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { label, error: { code, message } } };
}

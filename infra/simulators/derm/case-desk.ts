import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { deliver } from '../http/deliver';
import { type FaultSwitch } from '../http/faults';
import { type Tasks } from '../http/tasks';
import { assessCase } from './assess-case';
import { AssessmentError, label, type AssessmentResult, type FailureCode, type Submission } from './contract';

export const faultModes = ['none', 'down', 'slow', 'garbage', 'duplicate-callbacks', 'fail'] as const;
export type FaultMode = (typeof faultModes)[number];

/** What answers and callbacks carry in the mode `garbage`: cut off, as by a broken proxy. */
export const garbage = '{"caseId": "case_1", "status": "COMPL';

type Outcome =
  | { readonly status: 'PROCESSING' | 'CANCELLED' }
  | { readonly status: 'COMPLETED'; readonly result: AssessmentResult }
  | { readonly status: 'FAILED'; readonly error: { readonly code: FailureCode; readonly message: string } };

interface DermCase {
  readonly id: string;
  readonly reference: string;
  readonly attempt: number;
  readonly cancellation: AbortController;
  outcome: Outcome;
}

interface Settings {
  readonly callbackSecret: string;
  readonly retryDelaysMs: readonly number[];
  readonly now: () => Date;
  readonly faults: FaultSwitch<FaultMode>;
  readonly tasks: Tasks;
}

/** The provider's cases, in memory: a restart forgets them, and their ids answer 404. */
export class CaseDesk {
  readonly #cases = new Map<string, DermCase>();
  readonly #idsByKey = new Map<string, string>();

  constructor(private readonly settings: Settings) {}

  /** The body is not compared: a repetition carries freshly signed image URLs and still means the same case. */
  findByKey(idempotencyKey: string): object | null {
    const found = this.#cases.get(this.#idsByKey.get(idempotencyKey) ?? '');
    return found ? view(found) : null;
  }

  find(id: string): object | null {
    const found = this.#cases.get(id);
    return found ? view(found) : null;
  }

  /** Takes a case in and begins to work on it. */
  accept(idempotencyKey: string, submission: Submission): object {
    const { reference, attempt } = submission;
    const id = `case_${randomUUID()}`;
    const accepted: DermCase = {
      ...{ id, reference, attempt, cancellation: new AbortController(), outcome: { status: 'PROCESSING' } },
    };
    this.#cases.set(id, accepted);
    this.#idsByKey.set(idempotencyKey, id);
    this.settings.tasks.run(() => this.#process(accepted, submission));
    return view(accepted);
  }

  /** Stops the work, forgets the result and sends no more callbacks. Cancelling twice is cancelling once. */
  cancel(id: string): object | null {
    const found = this.#cases.get(id);
    if (!found) return null;
    found.outcome = { status: 'CANCELLED' };
    found.cancellation.abort();
    return view(found);
  }

  async #process(one: DermCase, submission: Submission): Promise<void> {
    const { faults, tasks } = this.settings;
    const signal = AbortSignal.any([one.cancellation.signal, tasks.signal]);
    await delay(faults.mode === 'slow' ? faults.delayMs : 0, undefined, { signal });
    const outcome = await this.#assess(submission, signal);
    signal.throwIfAborted(); // a cancelled case stays cancelled, whatever came of the work
    one.outcome = outcome;
    if (submission.callbackUrl !== undefined) await this.#callBack(one, submission.callbackUrl, signal);
  }

  async #assess(submission: Submission, signal: AbortSignal): Promise<Outcome> {
    try {
      if (this.settings.faults.mode === 'fail') throw new AssessmentError('MODEL_FAILURE', 'Switched on by a fault');
      return { status: 'COMPLETED', result: await assessCase(submission, signal) };
    } catch (error) {
      if (error instanceof AssessmentError) {
        return { status: 'FAILED', error: { code: error.code, message: error.message } };
      }
      return { status: 'FAILED', error: { code: 'MODEL_FAILURE', message: 'The model could not assess the case' } };
    }
  }

  async #callBack(one: DermCase, url: string, signal: AbortSignal): Promise<void> {
    const { callbackSecret: secret, retryDelaysMs, now, faults } = this.settings;
    if (faults.mode === 'down') return; // lost, as when a provider dies: the client has to ask
    const body = faults.mode === 'garbage' ? garbage : JSON.stringify(view(one));
    const delivery = { url, body, secret, signatureHeader: 'x-derm-signature', attemptHeader: 'x-derm-delivery' };
    for (let copies = faults.mode === 'duplicate-callbacks' ? 2 : 1; copies > 0; copies--) {
      await deliver(delivery, { retryDelaysMs, signal, now });
    }
  }
}

/** What a GET answers and a callback brings: the same. */
function view({ id, reference, attempt, outcome }: DermCase): object {
  return { label, caseId: id, reference, attempt, ...outcome };
}

import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';
import { type Worker, type WorkerContext } from '#shared/subgraph';
import { claim, findDue, onBehalfOf } from '../claim';
import { openStates } from '../machine';
import { type ReviewsPorts } from '../ports';
import { aiReviewMachine } from './ai-review.codes';
import { AiReview } from './ai-review.entity';
import { applyAnswer, changeAiReview } from './ai-review.service';
import { assessEligibility } from './eligibility.policy';
import { type AiProvider, AiProviderError } from './provider';
import { RetryPolicy } from './retry.policy';

const longestCallMs = 5_000;
const shortestCallMs = 100;

/** What one claimed review is worked on with. */
interface Task {
  readonly unit: UnitOfWork;
  readonly review: AiReview;
  readonly token: number;
  readonly ports: ReviewsPorts;
  readonly retry: RetryPolicy;
}

/** How a review changes after the slow part; the change is dropped when the claim was lost meanwhile. */
type Change = (review: AiReview, at: Date) => void;

/** Takes AI reviews from request to result: reads the case, submits it, asks for the answer. */
export const aiReviewWorker: Worker<ReviewsPorts> = {
  name: 'ai-reviews',
  pollMs: 100,
  async run(context) {
    const due = await findDue(context.system, AiReview, { statuses: openStates(aiReviewMachine), at: new Date() });
    const done = await Promise.all(due.map((row) => onBehalfOf(row, 'reviews.ai-review', () => workOn(row, context))));
    return done.filter(Boolean).length;
  },
};

async function workOn(row: AiReview, { system, ports, log }: WorkerContext<ReviewsPorts>): Promise<boolean> {
  const unit = system.unitFor(row, new Date());
  const token = await claim(unit, AiReview, { row, leaseMs: ports.timings.leaseMs });
  if (token === null) return false;
  try {
    const review = await unit.get(AiReview, row.id);
    const task = { unit, review, token, ports, retry: new RetryPolicy(ports.timings) };
    const change = await act(task);
    await record(system.unitFor(row, new Date()), task, change);
  } catch (error) {
    // The lease lapses and the review is due again; one that always fails meets its deadline, and then a person.
    log.error({ err: error, aiReviewId: row.id }, 'An AI review could not be worked on');
  }
  return true;
}

async function record(unit: UnitOfWork, { review: { id }, token }: Task, change: Change): Promise<void> {
  await changeAiReview(unit, id, (review) => {
    if (review.fencingToken !== token) return false;
    change(review, unit.at);
    return true;
  });
}

async function act(task: Task): Promise<Change> {
  const { review, ports } = task;
  if (review.deadlineAt.getTime() <= Date.now())
    return (row, at) => {
      row.timeOut(at);
    };
  if (!ports.ai)
    return (row, at) => {
      row.fail(at, 'PROVIDER_NOT_CONFIGURED');
    };
  try {
    return await step(task, ports.ai);
  } catch (error) {
    return onFailure(task, error);
  }
}

function step(task: Task, ai: AiProvider): Promise<Change> {
  const { review } = task;
  if (review.status === 'REQUESTED') return prepare(task);
  return review.externalCaseId === null ? submit(task, ai) : poll(task, ai, review.externalCaseId);
}

async function prepare({ review, ports, unit }: Task): Promise<Change> {
  if (!(await ports.cases.permitsAi(review.patientId, unit.actor)))
    return (row, at) => {
      row.block(at);
    };
  const skinCase = await ports.cases.forAi(review.caseId, unit.actor);
  if (!skinCase)
    return (row, at) => {
      row.fail(at, 'CASE_NOT_FOUND');
    };
  const eligibility = assessEligibility(skinCase);
  return (row, at) => {
    if (eligibility.eligible) row.prepare(eligibility.submission, at);
    else row.exclude(at, eligibility.reason, eligibility.inputsExcluded);
  };
}

async function submit({ review, retry }: Task, ai: AiProvider): Promise<Change> {
  const { id: aiReviewId, submissionNumber: attempt, submission } = review;
  // Unreadable once the patient's key has been destroyed: there is nothing left to ask.
  if (!submission)
    return (row, at) => {
      row.fail(at, 'INPUT_ERASED');
    };
  const externalCaseId = await ai.submit({ aiReviewId, attempt }, submission, callMs(review));
  return (row, at) => {
    row.accepted(externalCaseId, at, retry.nextPoll(row, at));
  };
}

async function poll({ review, retry }: Task, ai: AiProvider, externalCaseId: string): Promise<Change> {
  const answer = await ai.answer(externalCaseId, callMs(review));
  return (row, at) => {
    applyAnswer(row, answer, { at, retry });
  };
}

/** A provider or gateway in trouble costs an attempt, or while an answer is awaited just another question. */
function onFailure({ review, retry }: Task, error: unknown): Change {
  const reason = reasonOf(error);
  const submitted = review.externalCaseId !== null;
  if (reason === 'PROVIDER_REFUSED')
    return (row, at) => {
      row.fail(at, reason);
    };
  if (submitted && reason === 'PROVIDER_UNAVAILABLE')
    return (row, at) => {
      row.pollAgain(retry.nextPoll(row, at));
    };
  return (row, at) => {
    retry.failAttempt(row, { at, reason, anew: submitted });
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof AiProviderError || error instanceof DomainError) return error.code;
  throw error;
}

/** A call never outlasts the review's deadline by much. */
function callMs({ deadlineAt }: AiReview): number {
  return Math.min(longestCallMs, Math.max(shortestCallMs, deadlineAt.getTime() - Date.now()));
}

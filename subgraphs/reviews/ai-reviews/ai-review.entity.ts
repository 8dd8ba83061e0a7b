import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, patientVisibility, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { DateTime, Phi, RequireConsent } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { isFinal, nextState } from '../machine';
import { AiInputExclusion, AiReviewResult } from './ai-result.types';
import { aiReviewMachine, type AiReviewStatus, AiReviewStatusEnum } from './ai-review.codes';
import { type AiSubmission } from './provider';

@ObjectType({ description: 'One case put before the AI provider.' })
@Directive('@key(fields: "id")')
@Phi()
@RequireScopes('reviews:ai:read')
@VisibleBy<AiReview>('case_visibility', patientVisibility('reviews:ai:read'))
@PhiSubject<AiReview>((review) => review.patientId)
@Entity('ai_reviews')
export class AiReview extends TenantEntity {
  @Field(() => ID)
  @IdColumn('air')
  id!: string;

  @ReferenceColumn('wfi')
  instanceId!: string;

  @ReferenceColumn('stp')
  stepRunId!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @Field(() => ID, { description: 'Whose consent decides about the result' })
  @ReferenceColumn('pat')
  patientId!: string;

  @Field(() => AiReviewStatusEnum)
  @CodeColumn()
  status!: AiReviewStatus;

  @Field(() => String, { nullable: true })
  @CodeColumn({ nullable: true })
  externalCaseId!: string | null;

  /** Number of the present submission, from 1: answers to earlier ones are dropped. */
  @IntegerColumn()
  submissionNumber!: number;

  @IntegerColumn()
  failedAttempts!: number;

  @IntegerColumn()
  maxAttempts!: number;

  @Field(() => [String], { description: 'SHA-256 of the images submitted, hexadecimal' })
  @JsonColumn()
  imageHashes!: string[];

  @Field(() => [AiInputExclusion], { nullable: true })
  @Encrypted('CLINICAL')
  inputsExcluded!: AiInputExclusion[] | null;

  /** What is submitted: stored before it is sent, so that a repetition after a crash says exactly the same. */
  @Encrypted('CLINICAL')
  submission!: AiSubmission | null;

  @Field(() => AiReviewResult, { nullable: true })
  @RequireConsent('AI_ANALYSIS')
  @Encrypted('CLINICAL')
  result!: AiReviewResult | null;

  @Field(() => DateTime)
  @TimeColumn()
  requestedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the provider accepted it' })
  @TimeColumn({ nullable: true })
  startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  completedAt!: Date | null;

  @TimeColumn()
  deadlineAt!: Date;

  /** When a worker next looks at it. */
  @TimeColumn({ nullable: true })
  dueAt!: Date | null;

  /** How often the provider was asked for the answer to the present submission. */
  @IntegerColumn()
  polls!: number;

  /** Rises with each claim: a worker that has lost its lease finds another number here and writes nothing. */
  @IntegerColumn()
  fencingToken!: number;

  @Field(() => String, { nullable: true, description: 'Why there is no result, as a code' })
  @CodeColumn({ nullable: true })
  failure!: string | null;

  @CodeColumn()
  correlationId!: string;

  /** How often it was tried, the present attempt included. */
  attempts(): number {
    const underWay = this.externalCaseId !== null && this.status !== 'FAILED';
    return this.failedAttempts + (underWay ? 1 : 0);
  }

  isOver(): boolean {
    return isFinal(aiReviewMachine, this.status);
  }

  /** The case has been read and may be submitted. */
  prepare(submission: AiSubmission, at: Date): void {
    this.status = nextState(aiReviewMachine, this.status, 'queue');
    this.submission = submission;
    this.imageHashes = submission.images.map(({ sha256 }) => sha256);
    this.dueAt = at;
  }

  block(at: Date): void {
    this.status = nextState(aiReviewMachine, this.status, 'block');
    this.end(at, 'CONSENT_REQUIRED');
  }

  exclude(at: Date, reason: string, inputs: AiInputExclusion[]): void {
    this.status = nextState(aiReviewMachine, this.status, 'exclude');
    this.inputsExcluded = inputs;
    this.end(at, reason);
  }

  accepted(externalCaseId: string, at: Date, dueAt: Date): void {
    this.status = nextState(aiReviewMachine, this.status, 'submit');
    this.externalCaseId = externalCaseId;
    this.startedAt ??= at;
    this.polls = 0;
    this.dueAt = dueAt;
  }

  stillProcessing(dueAt: Date): void {
    this.status = nextState(aiReviewMachine, this.status, 'process');
    this.polls += 1;
    this.dueAt = dueAt;
  }

  /** The provider did not answer: asked again later. Its deadline ends that. */
  pollAgain(dueAt: Date): void {
    this.polls += 1;
    this.dueAt = dueAt;
  }

  complete(at: Date, result: AiReviewResult): void {
    this.status = nextState(aiReviewMachine, this.status, 'complete');
    this.result = result;
    this.end(at, null);
  }

  /** @param anew whether the provider has to be given the case once more, as another submission */
  retry(reason: string, dueAt: Date, anew: boolean): void {
    // Before the case has been read there is nothing to queue: reading it is what is repeated.
    if (this.status !== 'REQUESTED') this.status = nextState(aiReviewMachine, this.status, 'queue');
    if (anew) {
      this.submissionNumber += 1;
      this.externalCaseId = null;
    }
    this.failure = reason;
    this.dueAt = dueAt;
  }

  fail(at: Date, reason: string): void {
    this.status = nextState(aiReviewMachine, this.status, 'fail');
    this.end(at, reason);
  }

  timeOut(at: Date): void {
    this.status = nextState(aiReviewMachine, this.status, 'timeOut');
    this.end(at, 'TIMED_OUT');
  }

  cancel(at: Date, reason: string): void {
    this.status = nextState(aiReviewMachine, this.status, 'cancel');
    this.end(at, reason);
  }

  private end(at: Date, failure: string | null): void {
    this.failure = failure;
    this.completedAt = at;
    this.dueAt = null;
    this.submission = null; // it has served: signed URLs and measurements are kept no longer than needed
  }
}

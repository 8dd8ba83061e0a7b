import { Field, Int, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { InputError } from '#shared/errors';
import { Duration, JsonValue } from '#shared/graphql';
import { managementPlans } from '../outcomes/outcome.codes';
import { parseCondition } from './condition';
import { type FailurePolicy, FailurePolicyEnum, type StepKind, StepKindEnum } from './workflow.codes';

@ObjectType({ description: 'One step of a workflow as its definition describes it.' })
export class WorkflowStepDefinition {
  @Field()
  key!: string;

  @Field(() => StepKindEnum)
  kind!: StepKind;

  @Field(() => [String], { description: 'Keys of the steps that must be over before this one begins' })
  dependsOn!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'e.g. "ai.malignancy in MALIGNANT,PRE_MALIGNANT"; else it is skipped',
  })
  when!: string | null;

  @Field(() => Duration, { nullable: true, description: 'Of an AI review: how long until it goes to a human' })
  timeout!: string | null;

  @Field(() => Int)
  maxAttempts!: number;

  @Field(() => JsonValue)
  config!: Record<string, string>;

  @Field(() => FailurePolicyEnum)
  onFailure!: FailurePolicy;
}

const condition = z.string().check(({ value, issues }) => {
  try {
    parseCondition(value);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    issues.push({ code: 'custom', input: value, message: error.message });
  }
});

const common = {
  key: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is 1 to 63 lower-case letters, digits and hyphens'),
  dependsOn: z.array(z.string()).max(20).default([]),
  when: condition.nullish().transform((text) => text ?? null),
  maxAttempts: z.int().min(1).max(20).default(5),
};
const noTimeout = z.null('only an AI review has a timeout').default(null);
const duration = z.string().regex(/^PT(?=.)(\d+H)?(\d+M)?(\d+S)?$/, 'is an ISO 8601 duration such as PT2M');
/** A failure that leaves a case undecided is a human's business, so `FAIL` is not among these. */
const towardsHuman = z
  .enum(['FALL_BACK_TO_HUMAN', 'RETRY', 'SKIP'], 'an AI step is never allowed to end the workflow: a human takes over')
  .default('FALL_BACK_TO_HUMAN');

const stepSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('CONSENT_CHECK'),
    timeout: noTimeout,
    config: z.strictObject({}).default({}),
    onFailure: towardsHuman,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('AI_REVIEW'),
    timeout: duration.nullish().transform((text) => text ?? null),
    config: z.strictObject({}).default({}),
    onFailure: towardsHuman,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('HUMAN_REVIEW'),
    timeout: noTimeout,
    config: z
      .strictObject({
        queueKey: z
          .string()
          .regex(/^[a-z][a-z0-9-]{1,62}$/)
          .default('dermatology'),
      })
      .default({ queueKey: 'dermatology' }),
    onFailure: z.enum(['RETRY', 'FAIL']).default('RETRY'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('CLINICAL_UPDATE'),
    timeout: noTimeout,
    config: z.strictObject({ management: z.enum(managementPlans).optional() }).default({}),
    onFailure: z.literal('FALL_BACK_TO_HUMAN').default('FALL_BACK_TO_HUMAN'),
  }),
]);

const stepsSchema = z.array(stepSchema).min(1).max(20);

/**
 * Reads the steps of a definition: keys unique, dependencies known and without a circle, one CLINICAL_UPDATE at the end.
 * @throws {InputError} naming the step at fault.
 */
export function parseSteps(value: unknown): WorkflowStepDefinition[] {
  const { success, data, error } = stepsSchema.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    throw invalid(`steps.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
  }
  const steps = data as unknown as WorkflowStepDefinition[];
  assertKnownKeys(steps);
  assertAcyclic(steps);
  assertOneEnd(steps);
  return steps;
}

function assertKnownKeys(steps: readonly WorkflowStepDefinition[]): void {
  const keys = new Set(steps.map(({ key }) => key));
  if (keys.size < steps.length) throw invalid('Two steps have the same key');
  for (const { key, dependsOn } of steps) {
    const [unknown] = dependsOn.filter((other) => !keys.has(other));
    if (unknown !== undefined) throw invalid(`The step ${key} depends on ${unknown}, which is none of the steps`);
  }
}

/** Takes away steps that nothing holds back until none is left; what stays is a circle. */
function assertAcyclic(steps: readonly WorkflowStepDefinition[]): void {
  let left = [...steps];
  while (left.length > 0) {
    const keys = new Set(left.map(({ key }) => key));
    const held = left.filter(({ dependsOn }) => dependsOn.some((key) => keys.has(key)));
    if (held.length === left.length) throw invalid(`The steps ${[...keys].join(', ')} wait for each other`);
    left = held;
  }
}

/** The decision is made once, when everything else is over. */
function assertOneEnd(steps: readonly WorkflowStepDefinition[]): void {
  const ends = steps.filter(({ kind }) => kind === 'CLINICAL_UPDATE');
  const [end] = ends;
  if (!end || ends.length > 1) throw invalid('A workflow has exactly one CLINICAL_UPDATE');
  if (end.when !== null) throw invalid('The CLINICAL_UPDATE has no condition: every case gets its decision');
  const missing = steps.filter(({ key }) => key !== end.key && !isBefore(steps, key, end));
  if (missing.length > 0)
    throw invalid(`The CLINICAL_UPDATE comes last: let it depend on ${missing.map(({ key }) => key).join(', ')}`);
}

function isBefore(steps: readonly WorkflowStepDefinition[], key: string, later: WorkflowStepDefinition): boolean {
  if (later.dependsOn.includes(key)) return true;
  return steps.some((step) => later.dependsOn.includes(step.key) && isBefore(steps, key, step));
}

function invalid(message: string): InputError {
  return new InputError(message, ['input', 'steps']);
}

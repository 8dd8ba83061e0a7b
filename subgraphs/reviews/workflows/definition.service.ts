import { isUniqueViolation, type UnitOfWork } from '#shared/database';
import { ConflictError, InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { WorkflowDefinition } from './definition.entity';
import { type WorkflowDefinitionInput } from './definition.types';
import { flows } from './flows';
import { parseSteps } from './step-spec';

/** The one event that starts workflows. */
export const caseSubmitted = 'clinical.case.submitted';

const keyPattern = /^[a-z][a-z0-9-]{1,62}$/;

/** @throws {DomainError} BAD_USER_INPUT naming what is wrong with the steps; CONFLICT when drafted twice at once. */
export async function draftWorkflow(unit: UnitOfWork, input: WorkflowDefinitionInput): Promise<WorkflowDefinition> {
  const { key, name, trigger } = input;
  if (!keyPattern.test(key)) {
    throw new InputError('A key is 2 to 63 lower-case letters, digits and hyphens', ['input', 'key']);
  }
  if (trigger !== caseSubmitted) throw new InputError(`The trigger is ${caseSubmitted}`, ['input', 'trigger']);
  const steps = parseSteps(input.steps);
  return orConflict(() =>
    unit.transaction(async (tx) => {
      const [latest] = await tx.list(WorkflowDefinition, { key }, { order: { number: 'DESC' }, take: 1 });
      const state = { status: 'DRAFT', publishedFor: null, publishedAt: null } as const;
      const number = (latest?.number ?? 0) + 1;
      return tx.create(WorkflowDefinition, { id: newId('wfd'), key, name, number, trigger, steps, ...state });
    }),
  );
}

/**
 * Makes a draft the one definition of its trigger; the former retires. What runs keeps the definition it began with.
 * @throws {DomainError} ILLEGAL_TRANSITION unless it is a draft; CONFLICT when another is published at once; NOT_FOUND.
 */
export async function publishWorkflow(unit: UnitOfWork, id: string): Promise<WorkflowDefinition> {
  return orConflict(() =>
    unit.transaction(async (tx) => {
      const definition = await tx.get(WorkflowDefinition, id);
      const former = await tx.findBy(WorkflowDefinition, { publishedFor: definition.trigger });
      definition.publish(tx.at);
      if (former) {
        former.retire();
        await tx.save(former);
      }
      return tx.save(definition);
    }),
  );
}

export async function listDefinitions(unit: UnitOfWork, key: string | null): Promise<WorkflowDefinition[]> {
  return unit.list(WorkflowDefinition, key === null ? {} : { key }, { order: { key: 'ASC', number: 'DESC' } });
}

/** The published definition. An organisation that has published none gets a human review: no case goes unanswered. */
export async function publishedDefinition(unit: UnitOfWork): Promise<WorkflowDefinition> {
  const published = await unit.findBy(WorkflowDefinition, { publishedFor: caseSubmitted });
  if (published) return published;
  const { id } = await draftWorkflow(unit, { ...flows.human, trigger: caseSubmitted });
  return publishWorkflow(unit, id);
}

async function orConflict<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictError('Somebody else has changed the workflows at the same moment: try again');
  }
}

import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, type Connection, connectionOf, connectionType, listBy, listSize, Live } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Case } from '../cases/case.types';
import { WorkflowDefinition } from './definition.entity';
import { WorkflowInstance } from './instance.entity';
import { StepRun } from './step-run.entity';
import { type WorkflowStatus, WorkflowStatusEnum } from './workflow.codes';
import { inOrder, pageOfInstances } from './workflow.service';

const WorkflowInstanceConnection = connectionType('WorkflowInstance', () => WorkflowInstance);
const definitionById = byId(WorkflowDefinition);
const stepsOfInstance = listBy(StepRun, 'instanceId');

@Resolver(() => WorkflowInstance)
export class WorkflowInstanceResolver {
  @RequireScopes('reviews:workflows:read')
  @Directive(listSize)
  @Query(() => WorkflowInstanceConnection)
  async workflowInstances(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('status', () => [WorkflowStatusEnum], { nullable: true }) status: WorkflowStatus[] | null,
    @Arg('caseId', () => ID, { nullable: true }) caseId: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<WorkflowInstance>> {
    return connectionOf(await pageOfInstances(unit, { first, after, status: status ?? null, caseId: caseId ?? null }));
  }

  @RequireScopes('reviews:workflows:read')
  @Live(() => WorkflowInstance, { types: ['reviews.workflow.*'], match: ['caseId=data.caseId'] })
  workflowChanged(
    @Arg('caseId', () => ID) _caseId: string,
    @Ctx() { unit, event }: RequestContext,
  ): Promise<WorkflowInstance | null> | null {
    return event && unit.find(WorkflowInstance, event.resourceId);
  }

  @FieldResolver(() => WorkflowDefinition)
  definition(@Root() instance: WorkflowInstance, @Ctx() context: RequestContext): Promise<WorkflowDefinition | null> {
    return context.load(definitionById, instance.definitionId);
  }

  @FieldResolver(() => Case)
  case(@Root() instance: WorkflowInstance): Case {
    return { id: instance.caseId };
  }

  @FieldResolver(() => [StepRun])
  async steps(@Root() instance: WorkflowInstance, @Ctx() context: RequestContext): Promise<StepRun[]> {
    return inOrder(await context.load(stepsOfInstance, instance.id));
  }
}

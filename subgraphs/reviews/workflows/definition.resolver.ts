import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { WorkflowDefinition } from './definition.entity';
import { draftWorkflow, listDefinitions, publishWorkflow } from './definition.service';
import { WorkflowDefinitionInput, WorkflowDefinitionPayload } from './definition.types';
import { countRunning } from './workflow.service';

@Resolver(() => WorkflowDefinition)
export class WorkflowDefinitionResolver {
  @RequireScopes('reviews:workflows:read')
  @Query(() => [WorkflowDefinition], { description: 'By key, the latest number first' })
  workflowDefinitions(
    @Arg('key', () => String, { nullable: true }) key: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<WorkflowDefinition[]> {
    return listDefinitions(unit, key ?? null);
  }

  @RequireScopes('reviews:workflows:write')
  @Mutation(() => WorkflowDefinitionPayload)
  draftWorkflow(
    @Arg('input') input: WorkflowDefinitionInput,
    @Ctx() { unit }: RequestContext,
  ): Promise<WorkflowDefinitionPayload> {
    return respond('definition', draftWorkflow(unit, input));
  }

  @RequireScopes('reviews:workflows:write')
  @Mutation(() => WorkflowDefinitionPayload, {
    description: 'It takes the place of the one published for its trigger.',
  })
  publishWorkflow(
    @Arg('id', () => ID) id: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<WorkflowDefinitionPayload> {
    return respond('definition', publishWorkflow(unit, id));
  }

  @FieldResolver(() => Int, { description: 'How many cases are on their way through it' })
  running(@Root() definition: WorkflowDefinition, @Ctx() { unit }: RequestContext): Promise<number> {
    return countRunning(unit, definition.id);
  }
}

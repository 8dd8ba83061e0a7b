import { Field, InputType, ObjectType } from 'type-graphql';
import { JsonValue, Payload } from '#shared/graphql';
import { WorkflowDefinition } from './definition.entity';

@InputType()
export class WorkflowDefinitionInput {
  @Field({ description: 'Stable name within the organisation; drafting it again makes its next number' })
  key!: string;

  @Field()
  name!: string;

  @Field({ description: 'clinical.case.submitted' })
  trigger!: string;

  @Field(() => JsonValue, { description: 'A list of steps; see WorkflowStepDefinition' })
  steps!: unknown;
}

@ObjectType()
export class WorkflowDefinitionPayload extends Payload {
  @Field(() => WorkflowDefinition, { nullable: true })
  definition!: WorkflowDefinition | null;
}

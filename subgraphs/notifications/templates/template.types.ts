import { Field, ObjectType } from 'type-graphql';
import { connectionType, Payload } from '#shared/graphql';
import { Template } from './template.entity';

export const TemplateConnection = connectionType('Template', () => Template);

@ObjectType()
export class TemplatePayload extends Payload {
  @Field(() => Template, { nullable: true })
  template!: Template | null;
}

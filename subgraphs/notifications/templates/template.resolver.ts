import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Directive } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, JsonValue, listSize, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type NotificationCategory, NotificationCategoryEnum } from '../channels';
import { Template } from './template.entity';
import { publishTemplate, saveTemplate } from './template.service';
import { TemplateConnection, TemplatePayload } from './template.types';
import { type TemplateVariable } from './variables';

@Resolver(() => Template)
export class TemplateResolver {
  @RequireScopes('notifications:templates:read')
  @Directive(listSize)
  @Query(() => TemplateConnection, { description: 'Newest first, drafts and archived ones too' })
  async templates(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Template>> {
    return connectionOf(await unit.page(Template, { where: {}, first, after }));
  }

  @RequireScopes('notifications:templates:write')
  @Mutation(() => TemplatePayload, {
    description: 'Makes a draft, or changes the draft there is. Repeating it changes nothing.',
  })
  saveTemplate(
    @Arg('key') key: string,
    @Arg('name') name: string,
    @Arg('category', () => NotificationCategoryEnum) category: NotificationCategory,
    @Arg('phi') phi: boolean,
    @Arg('channels', () => JsonValue, { description: 'A list of { channel, locale, subject, body }' })
    channels: unknown,
    @Arg('critical', () => Boolean, { defaultValue: false }) critical: boolean,
    @Ctx() { unit }: RequestContext,
  ): Promise<TemplatePayload> {
    return respond('template', saveTemplate(unit, { key, name, category, phi, critical, channels }));
  }

  @RequireScopes('notifications:templates:write')
  @Mutation(() => TemplatePayload, { description: 'Puts a draft in force, in the place of the one before' })
  publishTemplate(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<TemplatePayload> {
    return respond('template', publishTemplate(unit, id));
  }

  @FieldResolver(() => JsonValue, { description: 'Names of the placeholders in its texts' })
  variables(@Root() template: Template): TemplateVariable[] {
    return template.namedVariables();
  }
}

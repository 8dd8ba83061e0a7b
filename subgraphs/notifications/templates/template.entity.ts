import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { CodeColumn, FlagColumn, IdColumn, IntegerColumn, JsonColumn, TextColumn } from '#shared/tables';
import {
  type Channel,
  ChannelEnum,
  type DeliveryChannel,
  type NotificationCategory,
  NotificationCategoryEnum,
} from '../channels';
import { nextState } from '../machine';
import { templateMachine, type TemplateStatus, TemplateStatusEnum } from './template.codes';
import { isTemplateVariable, placeholdersIn, type TemplateVariable } from './variables';

@ObjectType({ description: 'The words of a template on one channel, in one language.' })
export class ChannelTemplate {
  @Field(() => ChannelEnum)
  channel!: Channel;

  @Field({ description: 'BCP 47, e.g. en-GB' })
  locale!: string;

  @Field(() => String, { nullable: true, description: 'Subject of a mail, title of an inbox item' })
  subject!: string | null;

  @Field()
  body!: string;
}

/** Language of those who name none, or one that a template does not speak. */
export const defaultLocale = 'en-GB';

@ObjectType({
  description: 'The words of one kind of message. A published template never changes; a new draft takes its place.',
})
@Directive('@key(fields: "id")')
@RequireScopes('notifications:templates:read')
@Entity('templates')
export class Template extends TenantEntity {
  @Field(() => ID)
  @IdColumn('tpl')
  id!: string;

  @Field({ description: 'Stable name within the organisation, e.g. "case-decided"' })
  @CodeColumn()
  key!: string;

  @Field(() => Int, { description: 'Counts up within the key' })
  @IntegerColumn()
  number!: number;

  @Field()
  @TextColumn()
  name!: string;

  @Field(() => TemplateStatusEnum)
  @CodeColumn()
  status!: TemplateStatus;

  @Field({ description: 'Whether a message made from it says something about a patient' })
  @FlagColumn()
  phi!: boolean;

  @Field(() => NotificationCategoryEnum)
  @CodeColumn()
  category!: NotificationCategory;

  @Field({ description: 'Its messages have the highest priority' })
  @FlagColumn()
  critical!: boolean;

  @Field(() => [ChannelTemplate])
  @JsonColumn()
  channels!: ChannelTemplate[];

  /** @throws {DomainError} ILLEGAL_TRANSITION unless it is a draft. */
  publish(): void {
    this.status = nextState(templateMachine, this.status, 'publish');
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION unless it is published. */
  archive(): void {
    this.status = nextState(templateMachine, this.status, 'archive');
  }

  /** The variables its texts name. */
  namedVariables(): TemplateVariable[] {
    const names = this.channels.flatMap(({ subject, body }) => placeholdersIn(`${subject ?? ''} ${body}`));
    return [...new Set(names.filter(isTemplateVariable))];
  }

  speaksOn(channel: DeliveryChannel): boolean {
    return this.channels.some((words) => words.channel === channel);
  }

  /** The words in the language asked for, else in another variant of it, else in the default one, else in any. */
  wordsFor(channel: DeliveryChannel, locale: string | null): ChannelTemplate | null {
    const candidates = this.channels.filter((words) => words.channel === channel);
    const wanted = locale ?? defaultLocale;
    const [language] = wanted.split('-');
    return (
      candidates.find((words) => words.locale === wanted) ??
      candidates.find((words) => words.locale.split('-')[0] === language) ??
      candidates.find((words) => words.locale === defaultLocale) ??
      candidates[0] ??
      null
    );
  }
}

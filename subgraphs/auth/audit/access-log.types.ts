import { Field, ID, ObjectType } from 'type-graphql';
import { connectionType, DateTime } from '#shared/graphql';

@ObjectType({ description: 'What a patient sees of the trail of their own record: plain words, no internals.' })
export class AccessLogEntry {
  @Field(() => ID)
  id!: string;

  @Field(() => DateTime)
  at!: Date;

  @Field({ description: 'By name, where it is still known' })
  who!: string;

  @Field({ description: 'What they were then' })
  role!: string;

  @Field()
  organisation!: string;

  @Field()
  what!: string;

  @Field()
  why!: string;

  @Field({ description: 'Whether it was an emergency in which the usual bounds were lifted' })
  breakGlass!: boolean;
}

export const AccessLogEntryConnection = connectionType('AccessLogEntry', () => AccessLogEntry);

import { ArgsType, Field, ID } from 'type-graphql';
import { connectionType } from '#shared/graphql';
import { PageArgs } from '../page.types';
import { WaitlistEntry } from './waitlist-entry.entity';
import { type WaitlistStatus, WaitlistStatusEnum } from './waitlist.codes';

export const WaitlistEntryConnection = connectionType('WaitlistEntry', () => WaitlistEntry);

@ArgsType()
export class WaitlistArgs extends PageArgs {
  @Field(() => ID, { nullable: true })
  caseId?: string | null;

  @Field(() => [WaitlistStatusEnum], { nullable: true })
  status?: WaitlistStatus[] | null;
}

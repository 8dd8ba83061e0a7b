import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type Connection, listSize, Live, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { User } from '../recipients/recipient.types';
import { InboxItem } from './inbox-item.entity';
import { countUnreadAfter, countUnreadOf, markInbox, readInbox } from './inbox.service';
import { InboxItemConnection, InboxItemPayload } from './inbox.types';

@Resolver(() => User)
export class InboxResolver {
  @RequireScopes('notifications:inbox:self')
  @Directive(listSize)
  @FieldResolver(() => InboxItemConnection, {
    description: 'Own inbox only, newest first, with the items of the patients the user is or acts for',
  })
  inbox(
    @Root() user: User,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('unreadOnly', () => Boolean, { defaultValue: false }) unreadOnly: boolean,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<InboxItem>> {
    return readInbox(unit, user.id, { first, after, unreadOnly });
  }

  @RequireScopes('notifications:inbox:self')
  @FieldResolver(() => Int, { description: 'Of the own inbox only' })
  unreadCount(@Root() user: User, @Ctx() { unit }: RequestContext): Promise<number> {
    return countUnreadOf(unit, user.id);
  }

  @RequireScopes('notifications:inbox:self')
  @Mutation(() => InboxItemPayload, { description: 'Marks the items named, or all that are not archived' })
  markInbox(
    @Arg('ids', () => [ID], { nullable: true }) ids: string[] | null,
    @Arg('all', () => Boolean, { defaultValue: false }) all: boolean,
    @Arg('read', () => Boolean, { nullable: true }) read: boolean | null,
    @Arg('archived', () => Boolean, { nullable: true }) archived: boolean | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Pick<InboxItemPayload, 'items' | 'userErrors'>> {
    return respond('items', markInbox(unit, { ids: ids ?? null, all, read: read ?? null, archived: archived ?? null }));
  }

  @RequireScopes('notifications:inbox:self')
  @Live(() => InboxItem, { types: ['notifications.inbox_item.added'] })
  inboxItemAdded(@Ctx() { unit, event }: RequestContext): Promise<InboxItem | null> | null {
    return event && unit.find(InboxItem, event.resourceId);
  }

  @RequireScopes('notifications:inbox:self')
  @Live(() => Int, { types: ['notifications.inbox_item.added'] })
  unreadCountChanged(@Ctx() { unit, event }: RequestContext): Promise<number | null> | null {
    return event && countUnreadAfter(unit, event.resourceId);
  }
}

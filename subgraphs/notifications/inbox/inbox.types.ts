import { Field, ObjectType } from 'type-graphql';
import { connectionType, Payload } from '#shared/graphql';
import { InboxItem } from './inbox-item.entity';

export const InboxItemConnection = connectionType('InboxItem', () => InboxItem);

@ObjectType()
export class InboxItemPayload extends Payload {
  @Field(() => [InboxItem], { nullable: true, description: 'The items that were marked; at most 100 of them' })
  items!: InboxItem[] | null;

  @Field(() => InboxItem, { nullable: true, description: 'The first of them' })
  item(): InboxItem | null {
    return this.items?.[0] ?? null;
  }
}

import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { Duration } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, TextColumn } from '#shared/tables';

@ObjectType({ description: 'Where cases wait for a reader.' })
@Directive('@key(fields: "id")')
@RequireScopes('reviews:human:read')
@Entity('review_queues')
export class ReviewQueue extends TenantEntity {
  @Field(() => ID)
  @IdColumn('que')
  id!: string;

  @Field({ description: 'Stable name within the organisation, e.g. "dermatology"' })
  @CodeColumn()
  key!: string;

  @Field()
  @TextColumn()
  name!: string;

  @Field(() => Int)
  @IntegerColumn()
  readsRequired!: number;

  @Field(() => Duration, { description: 'How long a claim holds without being extended' })
  @CodeColumn()
  claimLease!: string;

  @Field(() => Duration, { description: 'How soon a case is to be read' })
  @CodeColumn()
  firstReadSla!: string;
}

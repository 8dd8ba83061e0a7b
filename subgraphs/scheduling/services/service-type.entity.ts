import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Duration as LuxonDuration } from 'luxon';
import { Authenticated } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { Duration } from '#shared/graphql';
import { CodeColumn, FlagColumn, IdColumn, TextColumn } from '#shared/tables';

@ObjectType({ description: 'What can be booked, how long it takes and how far ahead.' })
@Directive('@key(fields: "id")')
@Authenticated()
@Entity('service_types')
export class ServiceType extends TenantEntity {
  @Field(() => ID)
  @IdColumn('svc')
  id!: string;

  @Field({ description: 'Stable name within the organisation, e.g. "skin-biopsy"' })
  @CodeColumn()
  key!: string;

  @Field()
  @TextColumn()
  name!: string;

  @Field(() => Duration)
  @CodeColumn()
  duration!: string;

  @Field(() => Duration, { description: 'Kept free for the practitioner before each appointment' })
  @CodeColumn()
  bufferBefore!: string;

  @Field(() => Duration)
  @CodeColumn()
  bufferAfter!: string;

  @Field(() => Duration, { description: 'From the start of one slot to the start of the next' })
  @CodeColumn()
  slotInterval!: string;

  @Field(() => Duration, { description: 'A slot is offered until this long before it starts' })
  @CodeColumn()
  minimumNotice!: string;

  @Field(() => Duration, { description: 'A slot is offered from this long before it starts' })
  @CodeColumn()
  maximumHorizon!: string;

  @Field(() => Duration, { description: 'A cancellation with less notice than this counts as late' })
  @CodeColumn()
  cancellationNotice!: string;

  @Field()
  @FlagColumn()
  virtual!: boolean;

  @Field({ description: 'A booking waits for staff to confirm it; it blocks the time meanwhile' })
  @FlagColumn()
  requiresConfirmation!: boolean;

  @Field(() => String, { nullable: true, description: 'Code of its price in payments; null means free of charge' })
  @CodeColumn({ nullable: true })
  priceCode!: string | null;

  @Field()
  @FlagColumn()
  active!: boolean;
}

/** Minutes of an ISO 8601 duration of the service. */
export function minutesOf(duration: string): number {
  return LuxonDuration.fromISO(duration).as('minutes');
}

/** The key as events carry it: codes there are in capitals. */
export function eventKeyOf(service: Pick<ServiceType, 'key'>): string {
  return service.key.toUpperCase().replaceAll('-', '_');
}

import { type EntityManager } from 'typeorm';
import { type Actor, type Region } from '#shared/auth';
import { type WorkContext } from '#shared/context';
import { idBytes, idPrefixes, isId, newId, type IdPrefix } from '#shared/ids';
import { currentTraceparent } from '#shared/tracing';
import { type EventDataOf, type EventType, checkEventData, eventVersion } from './catalogue';
import { type PlatformEvent } from './envelope';
import { OutboxAggregate, OutboxRow } from './outbox.entity';

/** What the UnitOfWork knows of an event; the rest of the envelope is added here. */
export interface OutboxEvent<T extends EventType = EventType> {
  readonly type: T;
  readonly resourceId: string;
  readonly aggregate: { readonly type: string; readonly id: string };
  readonly data: EventDataOf<T>;
  readonly actor: Pick<Actor, 'clientId' | 'userId' | 'subject'>;
  readonly organisationId: string;
  readonly region: Region;
  readonly at: Date;
}

/**
 * Stores an event in the caller's transaction: it is published if and only if that commits.
 * Two transactions with events of one aggregate run one after the other from here on, so that their order is that of
 * their commits.
 * @throws {TypeError} when the event holds anything the catalogue does not declare, or ids that are none.
 */
export async function appendToOutbox<T extends EventType>(
  manager: EntityManager,
  event: OutboxEvent<T>,
  context: Pick<WorkContext, 'correlationId' | 'causationId'>,
): Promise<PlatformEvent> {
  const envelope = sealEnvelope(event, context);
  const { type: aggregateType, id: aggregateId } = envelope.aggregate;
  const sequence = await nextSequence(manager, { organisationId: envelope.organisationId, aggregateType, aggregateId });
  const now = new Date();
  await manager.insert(OutboxRow, {
    id: envelope.id,
    organisationId: envelope.organisationId,
    aggregateType,
    aggregateId,
    sequence,
    eventType: envelope.type,
    envelope: JSON.stringify(envelope),
    status: 'PENDING',
    attempts: 0,
    claimedBy: null,
    availableAt: now,
    recordedAt: now,
    publishedAt: null,
  });
  return envelope;
}

function sealEnvelope<T extends EventType>(
  { type, resourceId, aggregate, data, actor, organisationId, region, at }: OutboxEvent<T>,
  context: Pick<WorkContext, 'correlationId' | 'causationId'>,
): PlatformEvent {
  checkEventData(type, data);
  assertAnyId(resourceId);
  assertAnyId(aggregate.id);
  const traceparent = currentTraceparent();
  if (!/^[A-Za-z]{1,64}$/.test(aggregate.type)) throw new TypeError('An aggregate is named by its type');
  return {
    id: newId('evt'),
    type,
    version: eventVersion,
    organisationId,
    region,
    resourceId,
    aggregate: { type: aggregate.type, id: aggregate.id },
    actor: { clientId: actor.clientId, userId: actor.userId, subject: actor.subject },
    occurredAt: at.toISOString(),
    correlationId: context.correlationId,
    causationId: context.causationId,
    ...(traceparent !== undefined && { traceparent }),
    data,
  };
}

function assertAnyId(id: string): void {
  const [prefix = ''] = id.split('_');
  const isKnown = Object.hasOwn(idPrefixes, prefix) && isId(prefix as IdPrefix, id);
  if (!isKnown) throw new TypeError('An event names its resource and aggregate by id');
}

async function nextSequence(manager: EntityManager, aggregate: Omit<OutboxAggregate, 'lastSequence'>): Promise<number> {
  const collision =
    manager.dataSource.options.type === 'mysql'
      ? 'ON DUPLICATE KEY UPDATE last_sequence = last_sequence + 1'
      : 'ON CONFLICT (org_id, aggregate_type, aggregate_id) DO UPDATE SET last_sequence = last_sequence + 1';
  await manager.query(
    `INSERT INTO outbox_aggregates (org_id, aggregate_type, aggregate_id, last_sequence) VALUES (?, ?, ?, 1) ${collision}`,
    [idBytes('org', aggregate.organisationId), aggregate.aggregateType, aggregate.aggregateId],
  );
  const { lastSequence } = await manager.findOneByOrFail(OutboxAggregate, aggregate);
  return lastSequence;
}

import { type EntityManager, type FindOptionsWhere } from 'typeorm';
import { type QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity';
import { appendAudit } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { currentContext } from '#shared/context';
import { ConflictError } from '#shared/errors';
import { appendToOutbox, type EventType } from '#shared/events';
import { auditRecord } from './audit-record';
import { subjectOf } from './encrypted';
import { hasHistory } from './history';
import { HistoryRow } from './platform-tables';
import { RowCodec, type StoredRow } from './row-codec';
import { visibilityOf } from './row-policy';
import { type SubjectKeys } from './subject-keys';
import { type EntityType, type TenantEntity } from './tenant-entity';
import { type EventToPublish } from './unit-of-work';

/** What the platform sets on every row. */
type Managed = 'organisationId' | 'region' | 'version' | 'createdAt' | 'updatedAt';

type DataProperties<E> = { [P in keyof E]: E[P] extends (...args: never[]) => unknown ? never : P }[keyof E];

/** The values a new row is made from: its data properties, less those the platform sets. */
export type NewValues<E> = Omit<Pick<E, DataProperties<E>>, Managed>;

export interface RowWriterParts {
  readonly manager: EntityManager;
  readonly keys: SubjectKeys;
  readonly actor: Actor;
  readonly at: Date;
}

/** Writes rows with what belongs to each write: version, history, audit. Always inside a transaction. */
export class RowWriter {
  private readonly codec: RowCodec;

  constructor(private readonly parts: RowWriterParts) {
    this.codec = new RowCodec(parts.manager, parts.keys);
  }

  async insert<E extends TenantEntity>(type: EntityType<E>, values: NewValues<E>): Promise<E> {
    const { actor, at, manager } = this.parts;
    const managed = {
      organisationId: actor.organisationId,
      region: actor.region,
      version: 1,
      createdAt: at,
      updatedAt: at,
    };
    const row = Object.assign(new type(), values, managed);
    const stored = await this.codec.encode(type, row);
    await manager.createQueryBuilder().insert().into(type).values(asPartial<E>(stored)).updateEntity(false).execute();
    this.codec.remember(row, stored);
    await this.trace(type, { row, stored, verb: 'create' });
    return row;
  }

  async update<E extends TenantEntity>(row: E): Promise<E> {
    const type = row.constructor as EntityType<E>;
    const { changed, stored } = await this.codec.changes(type, row);
    if (Object.keys(changed).length === 0) return row;
    const { organisationId, id, version } = row;
    const next = { ...changed, version: version + 1, updatedAt: this.parts.at };
    const where = { organisationId, id, version } as FindOptionsWhere<E>;
    if ((await this.execute(type, where, next)) === 0) {
      throw new ConflictError(`This ${type.name} has changed meanwhile`, 'STALE_VERSION');
    }
    row.version = next.version;
    row.updatedAt = next.updatedAt;
    const now = { ...stored, version: next.version, updatedAt: next.updatedAt };
    this.codec.remember(row, now);
    await this.trace(type, { row, stored: now, verb: 'update' });
    return row;
  }

  updateWhere<E extends TenantEntity>(
    type: EntityType<E>,
    where: FindOptionsWhere<E>,
    values: object,
  ): Promise<number> {
    return this.execute(type, this.own(where), { ...values, updatedAt: this.parts.at });
  }

  async remove<E extends TenantEntity>(type: EntityType<E>, where: FindOptionsWhere<E>): Promise<number> {
    const visibility = visibilityOf<E>(type, this.parts.actor);
    if (visibility === 'none') return 0;
    const query = this.parts.manager.createQueryBuilder().delete().from(type).where(this.own(where));
    if (visibility !== 'all') query.andWhere(visibility);
    return (await query.execute()).affected ?? 0;
  }

  async publish<T extends EventType>(type: T, event: EventToPublish<T>): Promise<void> {
    const { manager, actor, at } = this.parts;
    const { organisationId, region } = actor;
    await appendToOutbox(manager, { type, ...event, actor, organisationId, region, at }, currentContext());
  }

  private own<E extends TenantEntity>(where: FindOptionsWhere<E>): FindOptionsWhere<E> {
    return { ...where, organisationId: this.parts.actor.organisationId };
  }

  private async execute<E extends TenantEntity>(
    type: EntityType<E>,
    where: FindOptionsWhere<E>,
    values: StoredRow,
  ): Promise<number> {
    const visibility = visibilityOf<E>(type, this.parts.actor);
    if (visibility === 'none') return 0;
    const query = this.parts.manager.createQueryBuilder().update(type).set(asPartial<E>(values)).where(where);
    if (visibility !== 'all') query.andWhere(visibility);
    return (await query.updateEntity(false).execute()).affected ?? 0;
  }

  private async trace<E extends TenantEntity>(
    type: EntityType<E>,
    { row, stored, verb }: { row: E; stored: StoredRow; verb: 'create' | 'update' },
  ): Promise<void> {
    const { manager, actor, at } = this.parts;
    if (hasHistory(type)) {
      const version = {
        organisationId: row.organisationId,
        tableName: this.codec.metadata(type).tableName,
        rowId: row.id,
        version: row.version,
        validFrom: at,
        changedBy: actor.subject,
        image: JSON.stringify(stored),
      };
      await manager.createQueryBuilder().insert().into(HistoryRow).values(version).updateEntity(false).execute();
    }
    const patientId = subjectOf(row);
    if (patientId === null) return;
    const what = {
      category: 'WRITE',
      action: `${type.name}.${verb}`,
      resourceType: type.name,
      resourceId: row.id,
    } as const;
    await appendAudit(manager, auditRecord(actor, at, { ...what, patientId }));
  }
}

// TypeORM's partial type recurses into every property and gives up on JSON columns; the keys are checked by NewValues.
function asPartial<E extends TenantEntity>(values: object): QueryDeepPartialEntity<E> {
  return values;
}

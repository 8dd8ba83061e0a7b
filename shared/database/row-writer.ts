import { type EntityManager, type FindOptionsWhere } from 'typeorm';
import { type QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity';
import { type Actor } from '#shared/auth';
import { currentContext } from '#shared/context';
import { ConflictError } from '#shared/errors';
import { appendToOutbox, type EventType } from '#shared/events';
import { type ActNotes } from './act-notes';
import { isAdministered } from './administered';
import { type AuditedAct, type AuditGround } from './audit-record';
import { announcedAct } from './audited-events';
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
  /** Becomes audit rows before the transaction ends. */
  readonly acts: ActNotes;
  readonly ground: AuditGround;
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
    const where = { ...this.own<E>({}), organisationId, id, version } as FindOptionsWhere<E>;
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
    const { actor, manager } = this.parts;
    const visibility = visibilityOf<E>(type, actor);
    if (visibility === 'none') return 0;
    const own = this.own(where);
    const select = manager.createQueryBuilder(type, 'row').where(own);
    const query = manager.createQueryBuilder().delete().from(type).where(own);
    if (visibility !== 'all') [select, query].forEach((one) => one.andWhere(visibility));
    const rows = await select.getMany();
    if (rows.length === 0) return 0;
    this.noteRemoved(type, rows);
    return (await query.execute()).affected ?? 0;
  }

  async publish<T extends EventType>(type: T, event: EventToPublish<T>): Promise<void> {
    const { manager, actor, at } = this.parts;
    const { organisationId, region } = actor;
    await appendToOutbox(manager, { type, ...event, actor, organisationId, region, at }, currentContext());
    const announced = announcedAct(type, event);
    if (announced) this.note(announced.act, announced.as);
  }

  /** Notes an act of this transaction. @param as who did it, when it was not the actor */
  note(act: AuditedAct, as: Partial<Actor> = {}): void {
    const { acts, ground } = this.parts;
    acts.add(act, { ...ground, actor: { ...ground.actor, ...as } });
  }

  /** One act per person: what is removed has no versions that would tell how much it was. */
  private noteRemoved<E extends TenantEntity>(type: EntityType<E>, rows: readonly E[]): void {
    const byPerson = new Map<string | null, E[]>();
    for (const row of rows) {
      const personId = personOf(row);
      byPerson.set(personId, [...(byPerson.get(personId) ?? []), row]);
    }
    for (const [patientId, own] of byPerson) {
      const [first] = own;
      if (!first) continue;
      const resourceId = own.length === 1 ? first.id : (patientId ?? first.organisationId);
      const what = { action: `${type.name}.remove`, resourceType: type.name, resourceId, resourceCount: own.length };
      this.note({ category: 'DELETE', ...what, patientId });
    }
  }

  private own<E extends TenantEntity>(where: FindOptionsWhere<E>): FindOptionsWhere<E> {
    const { organisationId, region } = this.parts.actor;
    return { ...where, organisationId, region };
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
    if (patientId === null && !isAdministered(type)) return;
    const category = isAdministered(type) ? 'ADMIN' : 'WRITE';
    this.note({ category, action: `${type.name}.${verb}`, resourceType: type.name, resourceId: row.id, patientId });
  }
}

/** Whose a row is, also of those that are part of a record without being one. */
function personOf(row: TenantEntity): string | null {
  const { patientId } = row as { patientId?: unknown };
  return subjectOf(row) ?? (typeof patientId === 'string' ? patientId : null);
}

// TypeORM's partial type recurses into every property and gives up on JSON columns; the keys are checked by NewValues.
function asPartial<E extends TenantEntity>(values: object): QueryDeepPartialEntity<E> {
  return values;
}

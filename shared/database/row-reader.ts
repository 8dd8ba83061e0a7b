import { type EntityManager, type FindOptionsOrder, type FindOptionsWhere, type SelectQueryBuilder } from 'typeorm';
import { type Actor } from '#shared/auth';
import { type AccessNotes } from './access-notes';
import { hasSubject } from './encrypted';
import { RowCodec } from './row-codec';
import { visibilityOf } from './row-policy';
import { type SubjectKeys } from './subject-keys';
import { type EntityType, type TenantEntity } from './tenant-entity';

export interface ListOptions<E> {
  readonly order?: FindOptionsOrder<E>;
  /** Most rows to read; lists without a bound do not scale, so there is one always. */
  readonly take?: number;
}

const defaultTake = 1_000;

export interface RowReaderParts {
  readonly manager: EntityManager;
  readonly keys: SubjectKeys;
  readonly actor: Actor;
  readonly accessNotes: AccessNotes;
}

/** Reads rows through both walls (organisation, row policy), decrypted, and notes whose records were seen. */
export class RowReader {
  readonly manager: EntityManager;

  constructor(private readonly parts: RowReaderParts) {
    this.manager = parts.manager;
  }

  get actor(): Actor {
    return this.parts.actor;
  }

  /** Key of the organisation's blind indexes and cursors. */
  indexKey(): Promise<Buffer> {
    return this.parts.keys.indexKey(this.actor.organisationId);
  }

  async list<E extends TenantEntity>(
    type: EntityType<E>,
    where: FindOptionsWhere<E>,
    { order, take = defaultTake }: ListOptions<E> = {},
  ): Promise<E[]> {
    const query = this.query(type, where);
    if (!query) return [];
    for (const [property, direction] of Object.entries(order ?? {})) {
      query.addOrderBy(`row.${property}`, direction as 'ASC' | 'DESC');
    }
    return this.rows(type, query.take(take));
  }

  async count<E extends TenantEntity>(type: EntityType<E>, where: FindOptionsWhere<E>): Promise<number> {
    return (await this.query(type, where)?.getCount()) ?? 0;
  }

  /** The query every read starts from; null when the row policy lets this actor see nothing. */
  query<E extends TenantEntity>(type: EntityType<E>, where: FindOptionsWhere<E>): SelectQueryBuilder<E> | null {
    const visibility = visibilityOf<E>(type, this.actor);
    if (visibility === 'none') return null;
    const organisation = { organisationId: this.actor.organisationId } as FindOptionsWhere<E>;
    const query = this.manager.createQueryBuilder(type, 'row').where(organisation);
    if (Object.keys(where).length > 0) query.andWhere(where);
    if (visibility !== 'all') query.andWhere(visibility);
    return query;
  }

  /** Runs a query of this reader: decrypts, and notes the access. */
  async rows<E extends TenantEntity>(type: EntityType<E>, query: SelectQueryBuilder<E>): Promise<E[]> {
    const rows = await query.getMany();
    const codec = new RowCodec(this.manager, this.parts.keys);
    for (const row of rows) codec.remember(row);
    await codec.decrypt(type, rows);
    if (hasSubject(type)) for (const row of rows) this.parts.accessNotes.add(type.name, row);
    return rows;
  }
}

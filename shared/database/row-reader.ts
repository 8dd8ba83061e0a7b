import { In, type EntityManager, type FindOptionsOrder, type FindOptionsWhere, type SelectQueryBuilder } from 'typeorm';
import { type Actor, type Region } from '#shared/auth';
import { type AccessNotes } from './access-notes';
import { hasSubject, subjectOf } from './encrypted';
import { RowCodec } from './row-codec';
import { readRawRows, rowAlias } from './row-hydration';
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

  /** Rows by their ids. Those that exist and that the actor may not see are noted as refused. */
  async listById<E extends TenantEntity>(type: EntityType<E>, ids: readonly string[]): Promise<E[]> {
    const where = { id: In([...ids]) } as FindOptionsWhere<E>;
    const rows = await this.list(type, where, { take: ids.length });
    if (rows.length < ids.length) await this.noteRefused(type, new Set(rows.map(({ id }) => id)), ids);
    return rows;
  }

  /** Only a miss costs this look, and only of actors who do not see all of their organisation's rows. */
  private async noteRefused<E extends TenantEntity>(
    type: EntityType<E>,
    seen: ReadonlySet<string>,
    ids: readonly string[],
  ): Promise<void> {
    const { accessNotes, actor, manager } = this.parts;
    if (!accessNotes.notesRefusals || !hasSubject(type) || visibilityOf<E>(type, actor) === 'all') return;
    const missing = ids.filter((id) => !seen.has(id));
    const where = { organisationId: actor.organisationId, id: In(missing) } as FindOptionsWhere<E>;
    const hidden = await manager.createQueryBuilder(type, 'row').where(where).take(missing.length).getMany();
    for (const row of hidden) {
      const what = { resourceType: type.name, resourceId: row.id, patientId: subjectOf(row) };
      accessNotes.refuse({ action: `${type.name}.read`, ...what, reason: 'ROW_POLICY' });
    }
  }

  /** The query every read starts from; null when the row policy lets this actor see nothing. */
  query<E extends TenantEntity>(type: EntityType<E>, where: FindOptionsWhere<E>): SelectQueryBuilder<E> | null {
    const visibility = visibilityOf<E>(type, this.actor);
    if (visibility === 'none') return null;
    const organisation = { organisationId: this.actor.organisationId } as FindOptionsWhere<E>;
    const query = this.manager.createQueryBuilder(type, rowAlias).where(organisation);
    if (Object.keys(where).length > 0) query.andWhere(where);
    if (visibility !== 'all') query.andWhere(visibility);
    return query;
  }

  /** Runs a query of this reader: decrypts, and notes the access. */
  async rows<E extends TenantEntity>(type: EntityType<E>, query: SelectQueryBuilder<E>): Promise<E[]> {
    const codec = new RowCodec(this.manager, this.parts.keys);
    const rows = codec.entities(type, await readRawRows(this.manager, query));
    assertOwnRegion(type, rows, this.actor.region);
    await codec.decrypt(type, rows);
    if (hasSubject(type)) for (const row of rows) this.parts.accessNotes.add(type.name, row);
    return rows;
  }
}

/**
 * A row of another region in this database is an incident, not an empty list: whoever asked gets nothing, and the log
 * says which table to look at.
 * @throws {Error}
 */
function assertOwnRegion(type: EntityType<TenantEntity>, rows: readonly TenantEntity[], own: Region): void {
  const stray = rows.find(({ region }) => region !== own);
  if (stray) throw new Error(`A ${type.name} of region ${stray.region} lies in a database of region ${own}`);
}

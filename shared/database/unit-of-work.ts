import { type EntityManager, type FindOptionsWhere } from 'typeorm';
import { appendAudit } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { type KeyRing, blindIndex } from '#shared/crypto';
import { ConflictError, DomainError, NotFoundError } from '#shared/errors';
import { type EventDataOf, type EventType } from '#shared/events';
import { type RegionWall } from '#shared/region';
import { type Database, inTransaction, withTenant } from './open-database';
import { type Page, type PageRequest, readPage } from './page';
import { type AccessNotes, type WrittenNotes } from './access-notes';
import { ActNotes } from './act-notes';
import { type AuditedAct, type AuditGround } from './audit-record';
import { IdempotencyRow } from './platform-tables';
import { RowReader, type ListOptions } from './row-reader';
import { RowWriter, type NewValues } from './row-writer';
import { SubjectKeys } from './subject-keys';
import { type EntityType, type TenantEntity } from './tenant-entity';
import { isUniqueViolation } from './unique-violation';

const idempotencyHours = 24;

/** Organisations that are known to have their own key. Its row never goes; what is destroyed is emptied. */
const organisationsWithKey = new WeakMap<KeyRing, Set<string>>();

/** What units of work of one subgraph share. */
export interface Persistence {
  readonly database: Database;
  /** Whose rows these are: no unit of work is begun for another region's. */
  readonly region: RegionWall;
  readonly keys: KeyRing;
  /** Called after each commit that may have made work: wakes relay, sealer and workers. */
  readonly committed: () => void;
  /** What the subgraph's records are processed for, unless an access itself says otherwise. */
  readonly declaredPurpose?: string;
}

export interface UnitOptions {
  readonly actor: Actor;
  /** The instant this work counts as done at: request or event time. */
  readonly at: Date;
  /** Collects which records were read, for the audit trail. */
  readonly accessNotes: AccessNotes;
  /** Whether each transaction stores the notes. A request stores its own when it ends, so that there is one row per access. */
  readonly writesAccessNotes?: boolean;
}

/** An event as a service publishes it; envelope and sequence are added. */
export interface EventToPublish<T extends EventType> {
  readonly resourceId: string;
  readonly aggregate: { readonly type: string; readonly id: string };
  readonly data: EventDataOf<T>;
}

export interface Once {
  readonly operation: string;
  /** The caller's key; unique per caller for 24 h. */
  readonly key: string;
  /** The request the key stands for: the same key with another request is an error. */
  readonly request: unknown;
}

/**
 * The database as one actor may see it. Every read and write is filtered by the actor's organisation and by the type's
 * row policy, and is of the deployment's own region; every write leaves history and audit rows in the same transaction. Nobody writes `where: { organisationId }`.
 */
export class UnitOfWork {
  readonly actor: Actor;
  readonly at: Date;
  /** Derived once per unit: a patient's blind indexes take a dozen hashes. A unit lives as long as one request. */
  private knownIndexKey: Buffer | null = null;
  private hasWritten = false;
  /** Of the transaction that this unit is. */
  private readonly acts = new ActNotes();

  constructor(
    private readonly persistence: Persistence,
    private readonly options: UnitOptions,
    private readonly transactionManager: EntityManager | null = null,
  ) {
    persistence.region.assertHere(options.actor.region);
    this.actor = options.actor;
    this.at = options.at;
  }

  /** @throws {DomainError} NOT_FOUND when there is none this actor may see; STALE_VERSION when it is not at `ifVersion`. */
  async get<E extends TenantEntity>(
    type: EntityType<E>,
    id: string,
    expected: { ifVersion?: number } = {},
  ): Promise<E> {
    const row = await this.find(type, id);
    if (!row) throw new NotFoundError(type.name);
    if (expected.ifVersion !== undefined && expected.ifVersion !== row.version) {
      throw new ConflictError(
        `This ${type.name} has changed since version ${String(expected.ifVersion)}`,
        'STALE_VERSION',
      );
    }
    return row;
  }

  async find<E extends TenantEntity>(type: EntityType<E>, id: string): Promise<E | null> {
    const [row = null] = await this.listById(type, [id]);
    return row;
  }

  /** The rows of these ids that the actor may see. @param ids distinct */
  listById<E extends TenantEntity>(type: EntityType<E>, ids: readonly string[]): Promise<E[]> {
    return this.reading((reader) => reader.listById(type, ids));
  }

  async findBy<E extends TenantEntity>(type: EntityType<E>, where: FindOptionsWhere<E>): Promise<E | null> {
    const [row = null] = await this.list(type, where, { take: 1 });
    return row;
  }

  list<E extends TenantEntity>(
    type: EntityType<E>,
    where: FindOptionsWhere<E>,
    options: ListOptions<E> = {},
  ): Promise<E[]> {
    return this.reading((reader) => reader.list(type, where, options));
  }

  count<E extends TenantEntity>(type: EntityType<E>, where: FindOptionsWhere<E>): Promise<number> {
    return this.reading((reader) => reader.count(type, where));
  }

  /** A page of a connection, newest first unless told; see `PageRequest`. */
  async page<E extends TenantEntity>(type: EntityType<E>, request: PageRequest<E>): Promise<Page<E>> {
    const page = await this.reading((reader) => readPage(reader, type, request));
    // Counted when somebody asks, which is after this read has ended: so it is a read of its own, with its own tenant.
    return { ...page, countAll: () => this.count(type, request.where) };
  }

  /** Stores a new row and returns it. */
  create<E extends TenantEntity>(type: EntityType<E>, values: NewValues<E>): Promise<E> {
    return this.transaction((unit) => unit.writing((writer) => writer.insert(type, values)));
  }

  /**
   * Stores what has changed in a row that this unit has read.
   * @throws {DomainError} STALE_VERSION when somebody else has changed it meanwhile.
   */
  save<E extends TenantEntity>(row: E): Promise<E> {
    return this.transaction((unit) => unit.writing((writer) => writer.update(row)));
  }

  /**
   * Changes rows by one conditional statement, for races that optimistic versions would lose too often (claims, leases).
   * @returns how many rows matched. Leaves no history row: use it for columns that are no part of the record.
   */
  updateWhere<E extends TenantEntity>(
    type: EntityType<E>,
    where: FindOptionsWhere<E>,
    values: Partial<NewValues<E>>,
  ): Promise<number> {
    return this.transaction((unit) => unit.writing((writer) => writer.updateWhere(type, where, values)));
  }

  /** Removes rows that are no record of anything: slot claims, holds, drafts. That they are gone is one audit row. */
  remove<E extends TenantEntity>(type: EntityType<E>, where: FindOptionsWhere<E>): Promise<number> {
    return this.transaction((unit) => unit.writing((writer) => writer.remove(type, where)));
  }

  /** Announces what happened, in the transaction that makes it so (outbox). Ids and codes only. */
  publish<T extends EventType>(type: T, event: EventToPublish<T>): Promise<void> {
    return this.transaction((unit) => unit.writing((writer) => writer.publish(type, event)));
  }

  /**
   * Notes an act that is no read and no stored version of a record: an export, a sign-in, a mark set by `updateWhere`.
   * @param as who did it, when it was not the unit's own actor
   */
  noteAct(act: AuditedAct, as: Partial<Actor> = {}): Promise<void> {
    return this.transaction((unit) =>
      unit.writing((writer) => {
        writer.note(act, as);
        return Promise.resolve();
      }),
    );
  }

  /**
   * Runs `work` in one transaction: rows, history, audit and events are stored together or not at all.
   * One that has only read and noted it wakes nobody: no event went out, and the sealer comes by within its interval.
   */
  async transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    if (this.transactionManager) return work(this);
    const { database, committed } = this.persistence;
    const { accessNotes, writesAccessNotes = false } = this.options;
    const { result, hasWritten, notes } = await withTenant(this.actor.organisationId, async () => {
      await this.ensureOrganisationKey();
      return inTransaction(database.tenant, async (manager) => {
        const unit = new UnitOfWork(this.persistence, this.options, manager);
        unit.knownIndexKey = this.knownIndexKey;
        const result = await work(unit);
        const notes = writesAccessNotes ? await unit.writeNotes() : null;
        if (!notes) await appendAudit(manager, ...unit.acts.take());
        return { result, hasWritten: unit.hasWritten, notes };
      });
    });
    if (notes) accessNotes.forget(notes);
    if (hasWritten) committed();
    return result;
  }

  /**
   * Creates a resource at most once per key. A repeated request gets the first one's resource, concurrent ones too.
   * @throws {DomainError} IDEMPOTENCY_KEY_REUSED when the key came with another request before.
   */
  async once<E extends TenantEntity>(
    type: EntityType<E>,
    once: Once,
    work: (unit: UnitOfWork) => Promise<E>,
  ): Promise<E> {
    const requestHash = await this.hash(`${once.operation}.request`, JSON.stringify(once.request));
    const identity = { organisationId: this.actor.organisationId, caller: this.actor.subject, key: once.key };
    try {
      return await this.transaction(async (unit) => {
        const earlier = await unit.manager.findOneBy(IdempotencyRow, identity);
        if (earlier && earlier.expiresAt > this.at) return unit.resourceOf(type, earlier, { ...once, requestHash });
        if (earlier) await unit.manager.delete(IdempotencyRow, identity);
        const resource = await work(unit);
        const expiresAt = new Date(this.at.getTime() + idempotencyHours * 3_600_000);
        const row = { ...identity, operation: once.operation, requestHash, resourceId: resource.id, expiresAt };
        await unit.manager.insert(IdempotencyRow, row);
        return resource;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Somebody with the same key was quicker, or the work itself met a taken key: only the former left a row.
      const winner = await this.reading((reader) => reader.manager.findOneBy(IdempotencyRow, identity));
      if (!winner) throw error;
      return this.resourceOf(type, winner, { ...once, requestHash });
    }
  }

  /** Stores what was done and read so far as audit rows of the present transaction: one statement for all. */
  async writeNotes(): Promise<WrittenNotes> {
    const { accessNotes } = this.options;
    await appendAudit(this.manager, ...this.acts.take(), ...accessNotes.records(this.ground));
    return accessNotes.written();
  }

  private get ground(): AuditGround {
    const { actor, at, options, persistence } = this;
    return { actor, at, declaredPurpose: persistence.declaredPurpose ?? null, consents: options.accessNotes.consents };
  }

  /** Keyed hash of a value, for equality search without the value: HMAC-SHA-256 under the organisation's index key. */
  async hash(field: string, value: string): Promise<string> {
    return blindIndex(await this.indexKey(), field, value);
  }

  /** Made outside any transaction: a rollback must not take it from those who used it. */
  private async ensureOrganisationKey(): Promise<void> {
    const { organisationId } = this.actor;
    const { keys } = this.persistence;
    const known = organisationsWithKey.get(keys) ?? new Set<string>();
    organisationsWithKey.set(keys, known);
    if (known.has(organisationId)) return;
    await this.indexKey();
    known.add(organisationId);
  }

  private async indexKey(): Promise<Buffer> {
    return (this.knownIndexKey ??= await this.reading((reader) => reader.indexKey()));
  }

  private async resourceOf<E extends TenantEntity>(
    type: EntityType<E>,
    earlier: IdempotencyRow,
    now: { operation: string; requestHash: string },
  ): Promise<E> {
    if (earlier.operation !== now.operation || earlier.requestHash !== now.requestHash) {
      throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used before with another request');
    }
    return this.get(type, earlier.resourceId);
  }

  private get manager(): EntityManager {
    return this.transactionManager ?? this.persistence.database.tenant.manager;
  }

  private keys(manager: EntityManager): SubjectKeys {
    return new SubjectKeys(this.persistence.keys, manager, { inTransaction: this.transactionManager !== null });
  }

  private reading<T>(work: (reader: RowReader) => Promise<T>): Promise<T> {
    const { actor, accessNotes } = this.options;
    const { manager } = this;
    return withTenant(actor.organisationId, () =>
      work(new RowReader({ manager, keys: this.keys(manager), actor, accessNotes })),
    );
  }

  private writing<T>(work: (writer: RowWriter) => Promise<T>): Promise<T> {
    this.hasWritten = true;
    const { manager } = this;
    const { actor, at, acts, ground } = this;
    return work(new RowWriter({ manager, keys: this.keys(manager), actor, at, acts, ground }));
  }
}

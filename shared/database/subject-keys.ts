import { type EntityManager, In } from 'typeorm';
import { type DataKeys, type KeyRef, type KeyRing, type WrappedKey, type WrappedKeyStore } from '#shared/crypto';
import { SubjectKeyRow } from './platform-tables';
import { isUniqueViolation } from './unique-violation';

/** The wrapped keys of one database, seen through one connection or transaction. */
class SubjectKeyTable implements WrappedKeyStore {
  constructor(
    private readonly manager: EntityManager,
    /** Keys seen inside a transaction may be rolled back with it, so the ring must not cache them. */
    readonly isTransactional: boolean,
  ) {}

  async find(refs: readonly KeyRef[]): Promise<WrappedKey[]> {
    // One condition per kind, not per key: SQLite refuses a WHERE of a thousand alternatives.
    const kinds = new Map<string, { organisationId: string; category: string; subjectIds: string[] }>();
    for (const { organisationId, subjectId, category } of refs) {
      const kind = kinds.get(`${organisationId} ${category}`) ?? { organisationId, category, subjectIds: [] };
      kind.subjectIds.push(subjectId);
      kinds.set(`${organisationId} ${category}`, kind);
    }
    const where = [...kinds.values()].map(({ subjectIds, ...kind }) => ({ ...kind, subjectId: In(subjectIds) }));
    return this.manager.find(SubjectKeyRow, { where });
  }

  async insert(key: WrappedKey): Promise<'inserted' | 'exists'> {
    try {
      await this.manager.transaction((savepoint) => savepoint.insert(SubjectKeyRow, key));
      return 'inserted';
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }
}

/** The subject keys as one unit of work reaches them. */
export class SubjectKeys {
  private readonly store: WrappedKeyStore;

  constructor(
    private readonly ring: KeyRing,
    manager: EntityManager,
    scope: { readonly inTransaction: boolean },
  ) {
    this.store = new SubjectKeyTable(manager, scope.inTransaction);
  }

  load(refs: KeyRef[], mode: 'read' | 'create'): Promise<DataKeys> {
    return this.ring.load(this.store, refs, mode);
  }

  /** Key of the organisation's blind indexes. */
  indexKey(organisationId: string): Promise<Buffer> {
    return this.ring.indexKey(this.store, organisationId);
  }
}

/** Whose data of which kind a key encrypts. The organisation's own key has `subjectId = organisationId`, `ORGANISATION`. */
export interface KeyRef {
  readonly organisationId: string;
  readonly subjectId: string;
  readonly category: string;
}

export interface WrappedKey extends KeyRef {
  readonly version: number;
  /** null once the key has been destroyed: what it encrypted is gone for good. */
  readonly wrapped: string | null;
}

/** Where wrapped keys are kept; the database module implements it. A key's row outlives the key. */
export interface WrappedKeyStore {
  /** Keys seen inside a transaction may be rolled back with it, so the ring does not keep them. False when absent. */
  readonly isTransactional?: boolean;
  /** The keys there are; refs without one are left out. */
  find(refs: readonly KeyRef[]): Promise<WrappedKey[]>;
  /** Never overwrites. After 'exists', `find` must see the other's key (READ COMMITTED, not a snapshot). */
  insert(key: WrappedKey): Promise<'inserted' | 'exists'>;
}

export const organisationCategory = 'ORGANISATION';

export function organisationRef(organisationId: string): KeyRef {
  return { organisationId, subjectId: organisationId, category: organisationCategory };
}

/** The ref as one text, for maps. */
export function refId({ organisationId, subjectId, category }: KeyRef): string {
  return JSON.stringify([organisationId, subjectId, category]);
}

import { Column } from 'typeorm';
import { type TenantEntity } from './tenant-entity';

/** Kinds of key a patient's data is encrypted under; destroying one makes that kind unreadable everywhere. */
export type DataCategory = 'DIRECT_IDENTIFIER' | 'CLINICAL' | 'IMAGE' | 'FINANCIAL';

// A decorator sees a property before its class is complete, so both are filed under the constructor and read later.
const encryptedProperties = new Map<object, Map<string, DataCategory>>();
const subjects = new Map<object, (row: never) => string | null>();

/**
 * PHI at rest: the property holds any JSON value in memory; the column holds AES-256-GCM ciphertext under the key of
 * the row's subject and this category. It reads as null once the key has been destroyed.
 * The class needs `@PhiSubject` to say whose key it is.
 */
export function Encrypted(category: DataCategory, options: { name?: string } = {}): PropertyDecorator {
  return (target, property) => {
    const own = encryptedProperties.get(target.constructor) ?? new Map<string, DataCategory>();
    encryptedProperties.set(target.constructor, own.set(String(property), category));
    Column({ type: 'text', nullable: true, ...options })(target, property);
  };
}

/** Whose record a row is: the patient (or person) whose keys encrypt it and whose access log shows who saw it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it types the row of the caller's function
export function PhiSubject<E extends TenantEntity>(subjectOf: (row: E) => string | null): ClassDecorator {
  return (target) => {
    subjects.set(target, subjectOf);
  };
}

export function encryptedPropertiesOf(type: object): ReadonlyMap<string, DataCategory> {
  return encryptedProperties.get(type) ?? new Map<string, DataCategory>();
}

/** The subject of a row, or null for rows that are nobody's health record. */
export function subjectOf(row: TenantEntity): string | null {
  const read = subjects.get(row.constructor) as ((row: TenantEntity) => string | null) | undefined;
  return read ? read(row) : null;
}

export function hasSubject(type: object): boolean {
  return subjects.has(type);
}

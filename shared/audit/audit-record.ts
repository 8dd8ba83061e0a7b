import { type Actor, type Region } from '#shared/auth';

export type AuditCategory =
  | 'READ'
  | 'WRITE'
  | 'DELETE'
  | 'EXPORT'
  | 'AUTHENTICATION'
  | 'AUTHORIZATION'
  | 'ADMIN'
  | 'DISCLOSURE'
  | 'BREAK_GLASS'
  | 'SYSTEM';

export type AuditOutcome = 'SUCCESS' | 'DENIED' | 'ERROR';

/** Who did what to whose record, when, and by which right. Ids and codes only: this outlives erasure. */
export interface AuditRecord {
  readonly at: Date;
  readonly organisationId: string;
  readonly region: Region;
  readonly actor: Pick<Actor, 'kind' | 'subject' | 'clientId' | 'userId'>;
  readonly action: string;
  readonly category: AuditCategory;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly patientId: string | null;
  /** The purpose the access was made for, as consent names them. */
  readonly purpose: string | null;
  readonly outcome: AuditOutcome;
  /** Left out when the client's name for it is not a plain one. */
  readonly operationName: string | null;
  readonly correlationId: string;
  readonly consentRecordId: string | null;
  readonly breakGlass: boolean;
}

const plainName = /^[\w.:/-]{1,128}$/;

/**
 * The record as it is stored and hashed: JSON with its keys in alphabetical order and no spaces.
 * @throws {TypeError} when a field holds anything but an id, a code or a name: free text may be about a patient.
 */
export function canonicalText(record: AuditRecord): string {
  const { operationName, at } = record;
  const isPlain = operationName !== null && plainName.test(operationName);
  const stored = { ...record, at: at.toISOString(), operationName: isPlain ? operationName : null };
  const { actor, ...fields } = stored;
  for (const [name, value] of [...Object.entries(fields), ...Object.entries(actor)]) {
    if (typeof value !== 'string' || plainName.test(value)) continue;
    throw new TypeError(`The audit record's ${name} is neither an id nor a code`);
  }
  return JSON.stringify(sortKeys(stored));
}

/** A record as read back from its text. */
export function parseAuditRecord(text: string): AuditRecord {
  const stored = JSON.parse(text) as Omit<AuditRecord, 'at'> & { at: string };
  return { ...stored, at: new Date(stored.at) };
}

function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sortKeys(inner)]);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

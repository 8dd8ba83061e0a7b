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

/**
 * What tells the purpose: the consent that was relied on; a break-glass grant; that a person saw what is their own or of
 * those they act for; or, where nothing more is known, what the domain declares that its records are processed for.
 */
export type PurposeBasis = 'CONSENT' | 'BREAK_GLASS' | 'OWN_RECORD' | 'DECLARED';

/** An actor as they were at that moment: roles change, and people leave. */
export interface AuditActor extends Pick<Actor, 'kind' | 'subject' | 'clientId' | 'userId' | 'act'> {
  /** Without those whose names are not plain. */
  readonly roles: readonly string[];
}

/** Who did what to whose record, when, and by which right. Ids and codes only: this outlives erasure. */
export interface AuditRecord {
  readonly at: Date;
  readonly organisationId: string;
  readonly region: Region;
  readonly actor: AuditActor;
  /** `<type>.<verb>` or the name that `@audited` gives. */
  readonly action: string;
  readonly category: AuditCategory;
  readonly resourceType: string;
  /** Of the one record that was touched; of the person, when several of this kind were. */
  readonly resourceId: string;
  /** How many records of this kind were touched. */
  readonly resourceCount: number;
  /** Whose record it is. */
  readonly patientId: string | null;
  /** As consent names purposes, or PATIENT_REQUEST, EMERGENCY_TREATMENT, OPERATIONS, PAYMENT_PROCESSING; null: not known. */
  readonly purpose: string | null;
  readonly purposeBasis: PurposeBasis | null;
  readonly outcome: AuditOutcome;
  /** Why it was refused or failed, as a code. */
  readonly reason: string | null;
  /** Left out when the client's name for it is not a plain one. */
  readonly operationName: string | null;
  readonly correlationId: string;
  /** The consent that the decision to release rested on; null when it rested on none. */
  readonly consentRecordId: string | null;
  readonly breakGlass: boolean;
  readonly breakGlassGrantId: string | null;
}

const plainName = /^[\w.:/-]{1,128}$/;

/**
 * The record as it is stored and hashed: JSON with its keys in alphabetical order and no spaces.
 * @throws {TypeError} when a field holds anything but an id, a code or a name: free text may be about a patient.
 */
export function canonicalText(record: AuditRecord): string {
  const { operationName, at, actor } = record;
  const isPlain = operationName !== null && plainName.test(operationName);
  const roles = actor.roles.filter((role) => plainName.test(role));
  const stored = {
    ...record,
    at: at.toISOString(),
    operationName: isPlain ? operationName : null,
    actor: { ...actor, roles },
  };
  assertPlain(stored, 'record');
  return JSON.stringify(sortKeys(stored));
}

/** What records had not yet when they were written by earlier versions: none of it was known. */
const unknown = {
  resourceCount: 1,
  purposeBasis: null,
  reason: null,
  breakGlassGrantId: null,
} satisfies Partial<AuditRecord>;

/** A record as read back from its text. */
export function parseAuditRecord(text: string): AuditRecord {
  const { at, actor, ...stored } = JSON.parse(text) as Omit<AuditRecord, 'at'> & { at: string };
  return { ...unknown, ...stored, actor: { ...{ roles: [], act: null }, ...actor }, at: new Date(at) };
}

function assertPlain(value: unknown, name: string): void {
  if (typeof value === 'string' && !plainName.test(value)) {
    throw new TypeError(`The audit record's ${name} is neither an id nor a code`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) assertPlain(inner, key);
}

function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sortKeys(inner)]);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

import { v7 } from 'uuid';
import { DomainError } from '#shared/errors';

/** What each prefix stands for. An id outside is `prefix_` + 26 base32 characters of a UUIDv7 (RFC 9562 §5.7). */
export const idPrefixes = {
  pat: 'Patient',
  pix: 'PatientIndexEntry',
  rst: 'RecordRestriction',
  ctm: 'CareTeamMember',
  case: 'Case',
  fnd: 'SkinFinding',
  img: 'Image',
  tkt: 'UploadTicket',
  dx: 'Diagnosis',
  dim: 'DiagnosisImport',
  cev: 'CaseEvent',
  doc: 'Document',
  ctp: 'ConsentType',
  ctv: 'ConsentTextVersion',
  cns: 'ConsentRecord',
  org: 'Organisation',
  prd: 'Product',
  cli: 'ApiClient',
  sec: 'ClientSecret',
  rvk: 'Revocation',
  bgg: 'BreakGlassGrant',
  usr: 'User',
  mem: 'Membership',
  ses: 'Session',
  ccn: 'ClientConsent',
  key: 'SigningKey',
  mfa: 'MfaDevice',
  rcv: 'RecoveryCode',
  mch: 'MfaChallenge',
  sup: 'StepUp',
  otl: 'OneTimeLink',
  aml: 'AccountMail',
  rol: 'Role',
  lnk: 'PatientLink',
  uix: 'UserIndexEntry',
  adi: 'AdminIdentity',
  wfd: 'WorkflowDefinition',
  wfi: 'WorkflowInstance',
  stp: 'StepRun',
  air: 'AiReview',
  ail: 'AiReviewLesion',
  aim: 'AiModel',
  amv: 'AiModelVersion',
  que: 'ReviewQueue',
  rev: 'HumanReview',
  rd: 'ReviewRead',
  dec: 'ReviewDecision',
  ral: 'ReviewAuditLog',
  tpl: 'Template',
  ntf: 'Notification',
  dlv: 'NotificationDelivery',
  inb: 'InboxItem',
  pra: 'Practitioner',
  loc: 'Location',
  svc: 'ServiceType',
  sch: 'Schedule',
  rul: 'AvailabilityRule',
  apt: 'Appointment',
  slc: 'SlotClaim',
  wtl: 'WaitlistEntry',
  cus: 'Customer',
  inv: 'Invoice',
  inl: 'InvoiceLine',
  pay: 'Payment',
  led: 'LedgerEntry',
  prc: 'Price',
  evt: 'Event',
  aud: 'AuditRecord',
  his: 'HistoryRow',
  idk: 'IdempotencyKey',
} as const;

export type IdPrefix = keyof typeof idPrefixes;

// Crockford's base32 in lower case: no i, l, o, u, so an id can be read out on the telephone.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const alphabetCodes = Buffer.from(alphabet, 'latin1');
/** The value of each letter, by its code. */
const values = new Uint8Array(128);
alphabetCodes.forEach((code, value) => (values[code] = value));
/** Letters of an id after its prefix. */
const idLength = 26;
/** 26 characters carry 130 bits: two zeros come before the 128. */
const paddingBits = 2;
const pattern = /^([a-z]{2,4})_([0-7][0-9a-hjkmnp-tv-z]{25})$/;

/** A fresh id; ids made later in one process sort later. */
export function newId(prefix: IdPrefix): string {
  return idFromBytes(prefix, v7(undefined, Buffer.alloc(16)));
}

/** A text as long as an id of each kind, its prefix written already: an id is written over it and read as one text. */
const drafts = new Map<IdPrefix, Buffer>();

function draftOf(prefix: IdPrefix): Buffer {
  let draft = drafts.get(prefix);
  if (!draft) drafts.set(prefix, (draft = Buffer.from(`${prefix}_`.padEnd(prefix.length + 1 + idLength), 'latin1')));
  return draft;
}

export function idFromBytes(prefix: IdPrefix, bytes: Uint8Array): string {
  const draft = draftOf(prefix);
  let position = prefix.length + 1;
  // Small integers and one text: every row that is read has several ids, and joining 26 letters was half of its cost.
  let pending = 0;
  let pendingBits = paddingBits;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0x1fff;
    for (pendingBits += 8; pendingBits >= 5;) {
      pendingBits -= 5;
      draft[position++] = alphabetCodes[(pending >> pendingBits) & 31] ?? 0;
    }
  }
  return draft.toString('latin1', 0, position);
}

/**
 * The 16 bytes behind an id.
 * @throws {DomainError} INVALID_ID when it is malformed or of another kind: a wrong prefix is never a silent "not found".
 */
export function idBytes(prefix: IdPrefix, id: string): Buffer {
  const match = pattern.exec(id);
  if (match?.[1] !== prefix) throw new DomainError('INVALID_ID', `This is not the id of a ${idPrefixes[prefix]}`);
  const bytes = Buffer.alloc(16);
  let pending = 0;
  let pendingBits = -paddingBits;
  let position = 0;
  for (let index = prefix.length + 1; index < id.length; index++) {
    pending = ((pending << 5) | (values[id.charCodeAt(index)] ?? 0)) & 0x1fff;
    pendingBits += 5;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes[position++] = (pending >> pendingBits) & 0xff;
  }
  return bytes;
}

/** @returns the id itself when it is one of this kind. @throws {DomainError} INVALID_ID otherwise. */
export function parseId(prefix: IdPrefix, id: string): string {
  if (!isId(prefix, id)) throw new DomainError('INVALID_ID', `This is not the id of a ${idPrefixes[prefix]}`);
  return id;
}

export function isId(prefix: IdPrefix, id: string): boolean {
  return pattern.exec(id)?.[1] === prefix;
}

import { v7 } from 'uuid';
import { DomainError } from '#shared/errors';

/** What each prefix stands for. An id outside is `prefix_` + 26 base32 characters of a UUIDv7 (RFC 9562 §5.7). */
export const idPrefixes = {
  pat: 'Patient',
  pix: 'PatientIndexEntry',
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
const values = new Map(Array.from(alphabet, (character, value) => [character, value] as const));
/** 26 characters carry 130 bits: two zeros come before the 128. */
const paddingBits = 2;
const pattern = /^([a-z]{2,4})_([0-7][0-9a-hjkmnp-tv-z]{25})$/;

/** A fresh id; ids made later in one process sort later. */
export function newId(prefix: IdPrefix): string {
  return idFromBytes(prefix, v7(undefined, Buffer.alloc(16)));
}

export function idFromBytes(prefix: IdPrefix, bytes: Uint8Array): string {
  let text = `${prefix}_`;
  // Small integers: every row that is read has several ids, and 26 steps of a bigint each were half of its cost.
  let pending = 0;
  let pendingBits = paddingBits;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0x1fff;
    for (pendingBits += 8; pendingBits >= 5;) {
      pendingBits -= 5;
      text += alphabet.charAt((pending >> pendingBits) & 31);
    }
  }
  return text;
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
  for (const character of match[2] ?? '') {
    pending = ((pending << 5) | (values.get(character) ?? 0)) & 0x1fff;
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

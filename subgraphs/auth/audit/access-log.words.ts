import { type AuditRecord } from '#shared/audit';

/** Kinds of record by what a patient calls them. What is not listed is "the record". */
const things: Readonly<Record<string, string>> = {
  Patient: 'the personal details',
  Case: 'a case',
  CaseEvent: 'the history of a case',
  SkinFinding: 'a finding on the skin',
  Image: 'pictures',
  UploadTicket: 'an upload',
  Diagnosis: 'a diagnosis',
  ConsentRecord: 'consents',
  AiReview: 'an analysis by AI',
  HumanReview: 'a review by a specialist',
  ReviewDecision: 'the decision of a review',
  ReviewAuditLog: 'the history of a review',
  WorkflowInstance: 'the progress of a case',
  Notification: 'a message',
  NotificationDelivery: 'the delivery of a message',
  InboxItem: 'a message',
  Customer: 'payment details',
  Invoice: 'an invoice',
  InvoiceLine: 'an invoice',
  Payment: 'a payment',
  Appointment: 'an appointment',
  WaitlistEntry: 'a place on the waiting list',
  AuditTrail: 'the audit trail',
  AccessLog: 'the access log',
};

const deeds: Readonly<Record<string, string>> = {
  read: 'Looked at',
  download: 'Opened',
  create: 'Added',
  update: 'Changed',
  mark: 'Changed',
  remove: 'Removed',
  export: 'Exported',
  decide: 'Asked for',
};

/** What was done, in a sentence without names and codes. */
export function whatOf({ action, category, resourceType, outcome, resourceCount }: AuditRecord): string {
  if (category === 'BREAK_GLASS') return 'Lifted the usual bounds of access in an emergency';
  const thing = things[resourceType] ?? 'the record';
  const deed = deeds[action.slice(action.lastIndexOf('.') + 1)] ?? 'Used';
  const times = resourceCount > 1 ? ` (${String(resourceCount)} entries)` : '';
  if (outcome !== 'DENIED') return `${deed} ${thing}${times}`;
  return `Was refused: ${deed.toLowerCase()} ${thing}`;
}

const purposes: Readonly<Record<string, string>> = {
  DIRECT_CARE: 'Care and treatment',
  AI_ANALYSIS: 'Analysis by AI',
  SECOND_OPINION: 'A second opinion',
  PHOTOGRAPHY: 'Pictures for the diagnosis',
  RESEARCH: 'Research',
  TEACHING: 'Teaching',
  MARKETING: 'Marketing',
  PAYMENT_PROCESSING: 'Invoices and payments',
  OPERATIONS: 'Running the service',
  PATIENT_REQUEST: 'On one’s own or one’s representative’s wish',
  EMERGENCY_TREATMENT: 'Treatment in an emergency',
};

/** Why, as far as it is known, and whether a consent was relied on. */
export function whyOf({ purpose, consentRecordId }: AuditRecord): string {
  if (purpose === null) return 'Not recorded';
  const words = purposes[purpose] ?? purpose.toLowerCase().replaceAll('_', ' ');
  return consentRecordId === null ? words : `${words}, by consent`;
}

import { code, count, flag, id, instant, slug, type EventField } from './event-fields';

const caseStatus = code(
  ...['DRAFT', 'AWAITING_IMAGES', 'READY', 'SUBMITTED', 'IN_AI_REVIEW', 'IN_HUMAN_REVIEW', 'MORE_INFO_REQUESTED'],
  ...['DECIDED', 'COMMUNICATED', 'CLOSED', 'CANCELLED', 'REOPENED'],
);
const lesionClass = code(
  'MELANOMA',
  'SQUAMOUS_CELL_CARCINOMA',
  'BASAL_CELL_CARCINOMA',
  'INTRAEPIDERMAL_CARCINOMA',
  'ACTINIC_KERATOSIS',
  'ATYPICAL_NAEVUS',
  'BENIGN_MELANOCYTIC_NAEVUS',
  'SEBORRHOEIC_KERATOSIS',
  'DERMATOFIBROMA',
  'SOLAR_LENTIGO',
  'VASCULAR_LESION',
  'OTHER_BENIGN',
  'OTHER_MALIGNANT',
  'INFLAMMATORY',
  'INDETERMINATE',
);
const malignancy = code('MALIGNANT', 'PRE_MALIGNANT', 'BENIGN', 'INDETERMINATE');
const managementPlan = code(
  'DISCHARGE_WITH_ADVICE',
  'ROUTINE_REFERRAL',
  'URGENT_REFERRAL',
  'FACE_TO_FACE',
  'BIOPSY',
  'EXCISION',
  'TREAT_IN_PRIMARY_CARE',
  'REPEAT_IMAGES',
  'FOLLOW_UP_INTERVAL',
);
const decisionSource = code('AI', 'HUMAN', 'AI_WITH_SECOND_READ', 'ADJUDICATION', 'MDT', 'RULE');

const patientId = id('pat');
const caseId = id('case');
const userId = id('usr');
const ofCase = { patientId, caseId };
const ofBreakGlass = { grantId: id('bgg'), patientId, userId };
const ofImage = { ...ofCase, imageId: id('img'), kind: code() };
const ofConsent = { patientId, consentRecordId: id('cns'), consentTypeId: id('ctp'), purpose: code() };
const ofWorkflow = { ...ofCase, workflowId: id('wfi'), definition: code() };
const ofAiReview = { ...ofCase, aiReviewId: id('air') };
const ofHumanReview = { ...ofCase, reviewId: id('rev'), queueKey: slug };
const ofNotification = {
  notificationId: id('ntf'),
  template: code(),
  patientId: patientId.orNull,
  caseId: caseId.orNull,
};
const ofInvoice = { invoiceId: id('inv'), patientId: patientId.orNull, caseId: caseId.orNull };
const amount = { amountMinor: count, currency: code() };
const ofPayment = { paymentId: id('pay'), invoiceId: id('inv'), patientId: patientId.orNull, ...amount };
const ofAppointment = {
  appointmentId: id('apt'),
  patientId,
  caseId: caseId.orNull,
  practitionerId: id('pra').orNull,
  startsAt: instant,
  /** What is done, and what it costs: payments makes the invoice from it. Null means free of charge. */
  serviceTypeKey: code(),
  priceCode: code().orNull,
};
const ofWaitlist = { waitlistEntryId: id('wtl'), patientId, caseId: caseId.orNull };

/** Every event there is, by domain, with what it carries. docs/events.md says who publishes and who acts on each. */
export const eventTypes = {
  'clinical.patient.created': { patientId },
  'clinical.patient.restricted': { patientId },
  'clinical.patient.unrestricted': { patientId },
  'clinical.case.created': { ...ofCase, pathway: code(), priority: code() },
  'clinical.case.updated': { ...ofCase, status: caseStatus },
  'clinical.case.ready': ofCase,
  'clinical.case.submitted': { ...ofCase, pathway: code(), priority: code(), referrerUserId: userId.orNull },
  'clinical.case.status_changed': { ...ofCase, from: caseStatus, to: caseStatus },
  'clinical.case.info_requested': { ...ofCase, reviewId: id('rev').orNull },
  'clinical.case.info_supplied': ofCase,
  'clinical.case.decided': {
    ...ofCase,
    management: managementPlan,
    decidedBy: decisionSource,
    referrerUserId: userId.orNull,
  },
  'clinical.case.communicated': { ...ofCase, management: managementPlan },
  'clinical.case.closed': ofCase,
  'clinical.case.cancelled': { ...ofCase, from: caseStatus, reason: code().orNull },
  'clinical.finding.added': { ...ofCase, findingId: id('fnd') },
  'clinical.image.requested': { ...ofImage, findingId: id('fnd').orNull },
  'clinical.image.verified': { ...ofImage, findingId: id('fnd').orNull },
  'clinical.image.rejected': { ...ofImage, reason: code() },
  'clinical.diagnosis.recorded': { ...ofCase, diagnosisId: id('dx'), findingId: id('fnd').orNull, code: code() },

  'consent.text.published': { consentTypeId: id('ctp'), textVersionId: id('ctv'), requiresReconsent: flag },
  'consent.record.requested': ofConsent,
  'consent.record.granted': { ...ofConsent, validUntil: instant.orNull },
  'consent.record.denied': ofConsent,
  'consent.record.withdrawn': ofConsent,
  'consent.record.expired': ofConsent,
  'consent.record.superseded': { ...ofConsent, supersededBy: id('cns').orNull },

  'auth.access.ended': { kind: code('TOKEN', 'SESSION', 'CLIENT', 'SUBJECT') },
  'auth.break_glass.started': { ...ofBreakGlass, reason: code() },
  'auth.break_glass.ended': { ...ofBreakGlass, how: code('ENDED', 'EXPIRED') },
  'auth.break_glass.reviewed': { ...ofBreakGlass, outcome: code('JUSTIFIED', 'MISUSE') },
  'auth.break_glass.review_overdue': { ...ofBreakGlass, dueAt: instant },
  'auth.client.created': { clientId: id('cli') },
  'auth.client.changed': { clientId: id('cli') },
  'auth.client.rotated': { clientId: id('cli') },
  'auth.client.suspended': { clientId: id('cli') },
  'auth.client.reactivated': { clientId: id('cli') },
  'auth.client.revoked': { clientId: id('cli') },
  'auth.user.invited': { userId, patientId: patientId.orNull },
  'auth.access.logged': { patientId, subgraph: code(), firstSequence: count, lastSequence: count },
  'auth.audit.checkpointed': { subgraph: code(), sequence: count, number: count },
  'auth.audit.chain_broken': { subgraph: code(), sequence: count },
  'auth.audit.index_emptied': { subgraph: code().orNull },
  'auth.login.succeeded': { userId, method: code() },
  'auth.login.failed': { userId: userId.orNull, reason: code() },
  'auth.session.started': { sessionId: id('ses'), userId },
  'auth.session.ended': { sessionId: id('ses'), userId, reason: code('LOGGED_OUT', 'REVOKED', 'REUSED', 'IDLE') },
  'auth.user.accepted': { userId },
  'auth.user.verified': { userId },
  'auth.password.changed': { userId, how: code() },
  'auth.password.reset_requested': { userId },
  'auth.mfa.enrolled': { userId, kind: code() },
  'auth.mfa.removed': { userId, kind: code() },
  'auth.mfa.recovery_codes_made': { userId },
  'auth.mfa.recovery_code_used': { userId, remaining: count },
  'auth.step_up.succeeded': { userId, purpose: code() },
  'auth.step_up.failed': { userId, purpose: code() },

  'reviews.workflow.started': { ...ofWorkflow, hasAiStep: flag, hasHumanStep: flag },
  'reviews.workflow.completed': ofWorkflow,
  'reviews.workflow.failed': { ...ofWorkflow, reason: code() },
  'reviews.workflow.cancelled': ofWorkflow,
  'reviews.ai_review.requested': ofAiReview,
  'reviews.ai_review.blocked': { ...ofAiReview, reason: code() },
  'reviews.ai_review.completed': { ...ofAiReview, overallClass: lesionClass, malignancy, management: managementPlan },
  'reviews.ai_review.failed': { ...ofAiReview, reason: code(), attempts: count },
  'reviews.human_review.queued': { ...ofHumanReview, priority: code(), dueAt: instant.orNull },
  'reviews.human_review.claimed': { ...ofHumanReview, userId },
  'reviews.human_review.released': { ...ofHumanReview, userId: userId.orNull, reason: code() },
  'reviews.human_review.decided': { ...ofHumanReview, management: managementPlan },
  'reviews.human_review.escalated': { ...ofHumanReview, level: count, reason: code() },
  'reviews.read.submitted': { ...ofHumanReview, readId: id('rd'), userId, ordinal: count },
  'reviews.decision.final': {
    ...ofCase,
    management: managementPlan,
    decidedBy: decisionSource,
    overallClass: lesionClass,
    malignancy,
    reviewId: id('rev').orNull,
    aiReviewId: id('air').orNull,
  },

  'notifications.notification.accepted': ofNotification,
  'notifications.notification.delivered': { ...ofNotification, channel: code() },
  'notifications.notification.failed': { ...ofNotification, reason: code() },
  'notifications.inbox_item.added': {
    inboxItemId: id('inb'),
    userId: userId.orNull,
    patientId: patientId.orNull,
    notificationId: id('ntf').orNull,
  },

  'payments.invoice.created': ofInvoice,
  'payments.invoice.finalized': { ...ofInvoice, ...amount },
  'payments.invoice.paid': { ...ofInvoice, ...amount },
  'payments.invoice.voided': ofInvoice,
  'payments.payment.succeeded': ofPayment,
  'payments.payment.failed': { ...ofPayment, reason: code() },

  'scheduling.appointment.requested': ofAppointment,
  'scheduling.appointment.confirmed': ofAppointment,
  'scheduling.appointment.declined': ofAppointment,
  'scheduling.appointment.checked_in': ofAppointment,
  'scheduling.appointment.started': ofAppointment,
  'scheduling.appointment.completed': ofAppointment,
  'scheduling.appointment.cancelled': { ...ofAppointment, isLate: flag, reason: code().orNull },
  'scheduling.waitlist.added': ofWaitlist,
  'scheduling.waitlist.offered': { ...ofWaitlist, appointmentId: id('apt').orNull, expiresAt: instant.orNull },
} as const satisfies Readonly<Record<`${string}.${string}.${string}`, Readonly<Record<string, EventField<unknown>>>>>;

import { enumOf } from '#shared/graphql';

export const casePathways = [
  'URGENT_SUSPECTED_CANCER',
  'ROUTINE_DERMATOLOGY',
  'COMMUNITY_LESION_CHECK',
  'POST_TREATMENT_FOLLOW_UP',
  'INFLAMMATORY',
] as const;
export type CasePathway = (typeof casePathways)[number];
export const CasePathwayEnum = enumOf('CasePathway', casePathways);

export const caseStatuses = [
  'DRAFT',
  'AWAITING_IMAGES',
  'READY',
  'SUBMITTED',
  'IN_AI_REVIEW',
  'IN_HUMAN_REVIEW',
  'DECIDED',
  'COMMUNICATED',
  'CLOSED',
  'CANCELLED',
] as const;
export type CaseStatus = (typeof caseStatuses)[number];
export const CaseStatusEnum = enumOf('CaseStatus', caseStatuses);

export const casePriorities = ['ROUTINE', 'SOON', 'URGENT', 'EMERGENCY'] as const;
export type CasePriority = (typeof casePriorities)[number];
export const CasePriorityEnum = enumOf('CasePriority', casePriorities);

export const managementPlans = [
  'DISCHARGE_WITH_ADVICE',
  'ROUTINE_REFERRAL',
  'URGENT_REFERRAL',
  'FACE_TO_FACE',
  'BIOPSY',
  'EXCISION',
  'TREAT_IN_PRIMARY_CARE',
  'REPEAT_IMAGES',
  'FOLLOW_UP_INTERVAL',
] as const;
export type ManagementPlan = (typeof managementPlans)[number];
export const ManagementPlanEnum = enumOf('ManagementPlan', managementPlans);

export const decisionSources = ['AI', 'HUMAN', 'AI_WITH_SECOND_READ', 'ADJUDICATION', 'MDT', 'RULE'] as const;
export type DecisionSource = (typeof decisionSources)[number];
export const DecisionSourceEnum = enumOf('DecisionSource', decisionSources);

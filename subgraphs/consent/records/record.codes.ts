import { enumOf } from '#shared/graphql';

export const consentStatuses = [
  'REQUESTED',
  'GRANTED',
  'DENIED',
  'WITHDRAWN',
  'EXPIRED',
  'SUPERSEDED',
  'ENTERED_IN_ERROR',
] as const;
export type ConsentStatus = (typeof consentStatuses)[number];
export const ConsentStatusEnum = enumOf('ConsentStatus', consentStatuses);

export const decisionKinds = ['PERMIT', 'DENY'] as const;
export type DecisionKind = (typeof decisionKinds)[number];
export const DecisionKindEnum = enumOf('ConsentDecisionKind', decisionKinds);

export const captureChannels = [
  'MOBILE_APP',
  'WEB_PORTAL',
  'IN_CLINIC_TABLET',
  'PAPER_SCAN',
  'TELEPHONE',
  'PARTNER_API',
  'IMPORT',
] as const;
export type CaptureChannel = (typeof captureChannels)[number];
export const CaptureChannelEnum = enumOf('CaptureChannel', captureChannels);

export const consentActions = ['COLLECT', 'ACCESS', 'USE', 'DISCLOSE', 'CORRECT', 'AI_PROCESS', 'CONTACT'] as const;
export type ConsentAction = (typeof consentActions)[number];
export const ConsentActionEnum = enumOf('ConsentAction', consentActions);

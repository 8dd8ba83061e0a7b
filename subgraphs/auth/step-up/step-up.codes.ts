import { enumOf } from '#shared/graphql';

/** Acts that want a person to prove anew who they are. A proof counts for the one it was asked for. */
export const stepUpPurposes = ['MANAGE_MFA', 'BREAK_GLASS', 'CHANGE_PASSWORD', 'ADMINISTER'] as const;
export type StepUpPurpose = (typeof stepUpPurposes)[number];
export const StepUpPurposeEnum = enumOf('StepUpPurpose', stepUpPurposes);

/** How a decision is followed up: what is to be booked, and from and until how many days after it. */
export interface FollowUp {
  readonly serviceKey: 'dermatology-follow-up' | 'skin-biopsy';
  readonly earliestDays: number;
  readonly latestDays: number;
}

const followUps: Readonly<Partial<Record<string, FollowUp>>> = {
  URGENT_REFERRAL: { serviceKey: 'dermatology-follow-up', earliestDays: 0, latestDays: 14 },
  BIOPSY: { serviceKey: 'skin-biopsy', earliestDays: 0, latestDays: 28 },
  EXCISION: { serviceKey: 'skin-biopsy', earliestDays: 0, latestDays: 28 },
  FACE_TO_FACE: { serviceKey: 'dermatology-follow-up', earliestDays: 0, latestDays: 42 },
  ROUTINE_REFERRAL: { serviceKey: 'dermatology-follow-up', earliestDays: 0, latestDays: 126 },
  // Three months, give or take two weeks.
  FOLLOW_UP_INTERVAL: { serviceKey: 'dermatology-follow-up', earliestDays: 76, latestDays: 104 },
};

/** Suspected cancer is seen within two weeks, whatever the plan is called. */
const urgentDays = 14;

/** @returns null when the plan needs no appointment. */
export function followUpOf({ management, malignancy }: { management: string; malignancy: string }): FollowUp | null {
  const followUp = followUps[management];
  if (!followUp) return null;
  if (malignancy !== 'MALIGNANT') return followUp;
  return { ...followUp, earliestDays: 0, latestDays: Math.min(followUp.latestDays, urgentDays) };
}

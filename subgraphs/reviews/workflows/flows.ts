import { type StepKind } from './workflow.codes';

interface FlowStep {
  readonly key: string;
  readonly kind: StepKind;
  readonly dependsOn?: readonly string[];
  readonly config?: Readonly<Record<string, string>>;
}

interface Flow {
  readonly key: string;
  readonly name: string;
  readonly steps: readonly FlowStep[];
}

const consent = { key: 'consent', kind: 'CONSENT_CHECK' } as const;
const ai = { key: 'ai', kind: 'AI_REVIEW', dependsOn: ['consent'] } as const;
const end = { key: 'decision', kind: 'CLINICAL_UPDATE' } as const;

/** Ways to decide a case that every organisation may want: definitions like any other, written here once. */
export const flows = {
  ai: { key: 'ai', name: 'AI decides', steps: [consent, ai, { ...end, dependsOn: ['ai'] }] },
  human: {
    key: 'human',
    name: 'A dermatologist decides',
    steps: [
      { key: 'read', kind: 'HUMAN_REVIEW' },
      { ...end, dependsOn: ['read'] },
    ],
  },
  both: {
    key: 'both',
    name: 'AI first, then a dermatologist decides',
    steps: [consent, ai, { key: 'read', kind: 'HUMAN_REVIEW', dependsOn: ['ai'] }, { ...end, dependsOn: ['read'] }],
  },
  neither: {
    key: 'neither',
    name: 'Refer everything',
    steps: [{ ...end, config: { management: 'ROUTINE_REFERRAL' } }],
  },
} as const satisfies Record<string, Flow>;

import { type ConsentProvision } from '../records/provision';
import { type ConsentAction, type DecisionKind } from '../records/record.codes';
import { type ConsentRecord } from '../records/record.entity';
import { type ConsentPurpose, type DataCategory, type LegalBasis } from '../types/type.codes';

/** What is asked: may this actor do this with this patient's data of this kind, now? */
export interface Question {
  readonly purpose: ConsentPurpose;
  readonly action: ConsentAction;
  readonly dataCategory: DataCategory;
  /** The user or client who asks, for provisions that name actors. */
  readonly actorIds: readonly string[];
  readonly organisationId: string;
  readonly at: Date;
}

export interface Decision {
  readonly permitted: boolean;
  /** Why, as a stable code. */
  readonly reason: 'PROVISION' | 'RECORD' | 'LEGAL_BASIS' | 'NO_CONSENT';
  readonly record: ConsentRecord | null;
}

/** Care itself needs no consent under GDPR 9(2)(h) and HIPAA's treatment, payment and operations; all else does. */
const permittingBases: ReadonlySet<LegalBasis> = new Set([
  ...(['GDPR_9_2_H_HEALTH_CARE', 'HIPAA_TPO', 'GDPR_6_1_C_LEGAL_OBLIGATION'] as const),
  ...(['GDPR_6_1_D_VITAL_INTEREST', 'GDPR_6_1_E_PUBLIC_TASK'] as const),
]);

/**
 * The most specific matching provision of the live records decides, a tie denies; without one the latest record does;
 * without a record the legal basis of the purpose does.
 */
export function decide(records: readonly ConsentRecord[], basis: LegalBasis | null, question: Question): Decision {
  const live = records.filter((record) => isLive(record, question));
  const matching = live.flatMap((record) =>
    record.provisions
      .filter((provision) => matches(provision, question))
      .map((provision) => ({ record, provision, weight: specificity(provision) })),
  );
  const heaviest = Math.max(...matching.map(({ weight }) => weight));
  const deciding = matching.filter(({ weight }) => weight === heaviest);
  const [first] = deciding;
  if (first) {
    const denying = deciding.find(({ provision }) => provision.effect === 'DENY');
    return { permitted: !denying, reason: 'PROVISION', record: (denying ?? first).record };
  }
  const [latest] = [...live].sort((a, b) => b.validFrom.getTime() - a.validFrom.getTime());
  if (latest) return { permitted: permits(latest.decision), reason: 'RECORD', record: latest };
  // A withdrawal is an answer too: it must not fall back to the ground that silence stands on.
  const withdrawn = records.find((record) => record.purpose === question.purpose && record.status === 'WITHDRAWN');
  if (withdrawn) return { permitted: false, reason: 'NO_CONSENT', record: withdrawn };
  const byLaw = basis !== null && permittingBases.has(basis);
  return { permitted: byLaw, reason: byLaw ? 'LEGAL_BASIS' : 'NO_CONSENT', record: null };
}

function isLive(record: ConsentRecord, { purpose, at }: Question): boolean {
  return (
    record.purpose === purpose &&
    (record.status === 'GRANTED' || record.status === 'DENIED') &&
    record.validFrom <= at &&
    (record.validUntil === null || record.validUntil > at)
  );
}

function matches(provision: ConsentProvision, question: Question): boolean {
  const { actors, organisations, actions, dataCategories, from, until } = provision;
  return (
    (actors.length === 0 || question.actorIds.some((id) => actors.includes(id))) &&
    (organisations.length === 0 || organisations.includes(question.organisationId)) &&
    actions.includes(question.action) &&
    dataCategories.includes(question.dataCategory) &&
    (!from || new Date(from) <= question.at) &&
    (!until || new Date(until) > question.at)
  );
}

/** Actor before organisation before category. */
function specificity({ actors, organisations }: ConsentProvision): number {
  return (actors.length > 0 ? 4 : 0) + (organisations.length > 0 ? 2 : 0);
}

function permits(decision: DecisionKind): boolean {
  return decision === 'PERMIT';
}

import { type ConsentProvision } from '../records/provision';
import { type ConsentAction, type ConsentStatus, type DecisionKind } from '../records/record.codes';
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

/** What one patient has said once, and what became of it. */
export interface Answer {
  readonly typeId: string;
  readonly textVersionId: string;
  readonly purpose: ConsentPurpose;
  readonly status: ConsentStatus;
  readonly decision: DecisionKind;
  readonly provisions: readonly ConsentProvision[];
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly withdrawnAt: Date | null;
}

/** What the organisation has laid down for the purpose, whoever is asked about. */
export interface Ground {
  /** Of every active type of the purpose. */
  readonly bases: readonly LegalBasis[];
  /** Texts that a newer one has replaced which everybody must agree to anew. */
  readonly lapsedTextIds: ReadonlySet<string>;
}

export interface Decision<A> {
  readonly permitted: boolean;
  /** Why, as a stable code. */
  readonly reason: 'PROVISION' | 'RECORD' | 'LEGAL_BASIS' | 'NO_CONSENT';
  readonly answer: A | null;
}

/** Care itself needs no consent under GDPR 9(2)(h) and HIPAA's treatment, payment and operations; all else does. */
const permittingBases: ReadonlySet<LegalBasis> = new Set([
  ...(['GDPR_9_2_H_HEALTH_CARE', 'HIPAA_TPO', 'GDPR_6_1_C_LEGAL_OBLIGATION'] as const),
  ...(['GDPR_6_1_D_VITAL_INTEREST', 'GDPR_6_1_E_PUBLIC_TASK'] as const),
]);

export function needsConsent(basis: LegalBasis): boolean {
  return !permittingBases.has(basis);
}

/**
 * The most specific matching provision of the live answers decides, a tie denies; without one the latest answer does,
 * and a tie denies again; without an answer the legal bases of the purpose do, all of which must permit.
 */
export function decide<A extends Answer>(answers: readonly A[], ground: Ground, question: Question): Decision<A> {
  const asked = answers.filter(({ purpose }) => purpose === question.purpose);
  const live = liveAnswers(asked, question);
  return (
    byProvision(live, ground, question) ??
    byLatest(
      live.filter(({ textVersionId, decision }) => isDenial(decision) || !ground.lapsedTextIds.has(textVersionId)),
    ) ??
    bySilence(asked, ground)
  );
}

/** The next instant at which the same question may be answered differently though nobody says anything. */
export function nextChangeAt(answers: readonly Answer[], at: Date): Date | null {
  let nextMs = Infinity;
  const consider = (instant: Date | string | null | undefined): void => {
    if (instant === null || instant === undefined) return;
    const ms = new Date(instant).getTime();
    if (ms > at.getTime() && ms < nextMs) nextMs = ms;
  };
  for (const { validFrom, validUntil, provisions } of answers) {
    consider(validFrom);
    consider(validUntil);
    for (const { from, until } of provisions) {
      consider(from);
      consider(until);
    }
  }
  return nextMs === Infinity ? null : new Date(nextMs);
}

/**
 * Answers that count now. A withdrawal that no later answer of its type has replaced ends whatever was said before it for
 * the purpose, so that withdrawing can never permit more. Types are compared before times: of one type only the latest
 * answer is granted or denied, whichever process's clock it bears.
 */
function liveAnswers<A extends Answer>(asked: readonly A[], { at }: Question): A[] {
  const given = asked.filter(({ status }) => status === 'GRANTED' || status === 'DENIED');
  const replaced = new Set(given.map(({ typeId }) => typeId));
  const standing = asked.filter(({ status, typeId }) => status === 'WITHDRAWN' && !replaced.has(typeId));
  const endedAt = Math.max(...standing.map(({ withdrawnAt }) => withdrawnAt?.getTime() ?? Infinity));
  return given.filter(
    ({ validFrom, validUntil }) =>
      validFrom <= at && validFrom.getTime() > endedAt && (validUntil === null || validUntil > at),
  );
}

function byProvision<A extends Answer>(live: readonly A[], ground: Ground, question: Question): Decision<A> | null {
  const matching = live.flatMap((answer) =>
    answer.provisions
      // What was permitted under a lapsed text is permitted no more; what was denied stays denied.
      .filter(({ effect }) => isDenial(effect) || !ground.lapsedTextIds.has(answer.textVersionId))
      .filter((provision) => matches(provision, question))
      .map((provision) => ({ answer, effect: provision.effect, weight: specificity(provision) })),
  );
  const heaviest = Math.max(...matching.map(({ weight }) => weight));
  return settle(
    matching.filter(({ weight }) => weight === heaviest),
    'PROVISION',
  );
}

function byLatest<A extends Answer>(live: readonly A[]): Decision<A> | null {
  const latest = Math.max(...live.map(({ validFrom }) => validFrom.getTime()));
  const deciding = live.filter(({ validFrom }) => validFrom.getTime() === latest);
  return settle(
    deciding.map((answer) => ({ answer, effect: answer.decision })),
    'RECORD',
  );
}

/** Of those that weigh the same, one denial denies. */
function settle<A>(
  deciding: readonly { readonly answer: A; readonly effect: DecisionKind }[],
  reason: Decision<A>['reason'],
): Decision<A> | null {
  const [first] = deciding;
  if (!first) return null;
  const denying = deciding.find(({ effect }) => isDenial(effect));
  return { permitted: !denying, reason, answer: (denying ?? first).answer };
}

/** A withdrawal is an answer too: it must not fall back to the ground that silence stands on. */
function bySilence<A extends Answer>(asked: readonly A[], { bases }: Ground): Decision<A> {
  const withdrawn = asked.find(({ status }) => status === 'WITHDRAWN');
  if (withdrawn) return { permitted: false, reason: 'NO_CONSENT', answer: withdrawn };
  const byLaw = bases.length > 0 && !bases.some(needsConsent);
  return { permitted: byLaw, reason: byLaw ? 'LEGAL_BASIS' : 'NO_CONSENT', answer: null };
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

/** Actor before organisation before category, which every provision names. */
function specificity({ actors, organisations }: ConsentProvision): number {
  return (actors.length > 0 ? 4 : 0) + (organisations.length > 0 ? 2 : 0);
}

function isDenial(decision: DecisionKind): boolean {
  return decision === 'DENY';
}

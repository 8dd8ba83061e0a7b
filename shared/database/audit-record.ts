import { type AuditRecord, type PurposeBasis } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { currentContext } from '#shared/context';

/** What happened, as far as the place that knows of it can tell. */
export interface AuditedAct extends Pick<AuditRecord, 'category' | 'action' | 'resourceType' | 'resourceId'> {
  readonly patientId: string | null;
  /** Default: 1. */
  readonly resourceCount?: number;
  /** Default: SUCCESS. */
  readonly outcome?: AuditRecord['outcome'];
  /** A code: why it was refused or failed. */
  readonly reason?: string | null;
}

/** The consent by which somebody else (the gateway) has decided that a person's data may be released. */
export interface ReliedConsent {
  readonly purpose: string;
  /** Null when the decision rested on no record, but on a legal basis. */
  readonly consentRecordId: string | null;
}

/** What is known about why records are touched. */
export interface AuditGround {
  readonly actor: Actor;
  readonly at: Date;
  /** What this domain's records are processed for, unless the access itself says otherwise. */
  readonly declaredPurpose: string | null;
  /** By person. */
  readonly consents?: ReadonlyMap<string, ReliedConsent> | undefined;
}

/** Who did what to whose record and why, from the actor and the present context. */
export function auditRecord(ground: AuditGround, act: AuditedAct): AuditRecord {
  const { actor, at } = ground;
  const { correlationId, operationName } = currentContext();
  const consent = act.patientId === null ? undefined : ground.consents?.get(act.patientId);
  const { kind, subject, clientId, userId, roles, act: acting, breakGlassGrantId } = actor;
  return {
    ...{ resourceCount: 1, outcome: 'SUCCESS', reason: null },
    ...act,
    ...purposeOf(ground, act.patientId, consent),
    at,
    organisationId: actor.organisationId,
    region: actor.region,
    actor: { kind, subject, clientId, userId, roles, act: acting },
    operationName,
    correlationId,
    consentRecordId: consent?.consentRecordId ?? null,
    breakGlass: breakGlassGrantId !== null,
    breakGlassGrantId,
  };
}

/** The most telling reason that is known; none is made up. Names beside consent's are HL7's PurposeOfUse, written out. */
function purposeOf(
  { actor, declaredPurpose }: AuditGround,
  patientId: string | null,
  consent: ReliedConsent | undefined,
): { purpose: string | null; purposeBasis: PurposeBasis | null } {
  if (actor.breakGlassGrantId !== null) return { purpose: 'EMERGENCY_TREATMENT', purposeBasis: 'BREAK_GLASS' };
  if (consent) return { purpose: consent.purpose, purposeBasis: 'CONSENT' };
  if (isOwn(actor, patientId)) return { purpose: 'PATIENT_REQUEST', purposeBasis: 'OWN_RECORD' };
  return { purpose: declaredPurpose, purposeBasis: declaredPurpose === null ? null : 'DECLARED' };
}

function isOwn({ patientIds, userId }: Actor, personId: string | null): boolean {
  return personId !== null && (patientIds.includes(personId) || userId === personId);
}

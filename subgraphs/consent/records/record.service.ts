import { type EventToPublish, type UnitOfWork } from '#shared/database';
import { ConflictError, DomainError, InputError, NotFoundError } from '#shared/errors';
import { snapshotOf } from '#shared/graphql';
import { newId, parseId } from '#shared/ids';
import { ConsentTextVersion } from '../texts/text.entity';
import { type ConsentType } from '../types/type.entity';
import { getConsentTypeByKey } from '../types/type.service';
import { ConsentRecord } from './record.entity';
import { canCaptureFor } from './record.policy';
import { type CaptureConsentInput } from './record.types';

type Announcement = EventToPublish<'consent.record.withdrawn'>;

/**
 * Records what a person said to the text they were shown, and lets it take the place of what they said before.
 * @throws {DomainError} TEXT_MISMATCH when the hash is not that of the published text; NOT_FOUND, BAD_USER_INPUT.
 */
export async function captureConsent(unit: UnitOfWork, input: CaptureConsentInput): Promise<ConsentRecord> {
  parseId('pat', input.patientId);
  if (!canCaptureFor(unit.actor, input.patientId)) throw new NotFoundError('Patient');
  const once = { operation: 'captureConsent', key: input.idempotencyKey, request: input };
  return unit.once(ConsentRecord, once, async (tx) => {
    const type = await getConsentTypeByKey(tx, input.typeKey);
    await assertTextShown(tx, type, input);
    await supersedeEarlier(tx, type, input.patientId);
    const record = await tx.create(ConsentRecord, newRecord(tx, type, input));
    await announceAnswer(tx, record);
    return record;
  });
}

/** @throws {DomainError} CONFLICT when it is not granted (any more); STALE_VERSION; NOT_FOUND. */
export async function withdrawConsent(
  unit: UnitOfWork,
  { id, ifVersion, reason }: { id: string; ifVersion: number; reason: string | null },
): Promise<ConsentRecord> {
  return unit.transaction(async (tx) => {
    const record = await tx.get(ConsentRecord, id, { ifVersion });
    if (!canCaptureFor(tx.actor, record.patientId)) throw new NotFoundError('ConsentRecord');
    record.withdraw(tx.at, reason);
    await tx.save(record);
    await tx.publish('consent.record.withdrawn', announcement(record));
    return record;
  });
}

async function assertTextShown(tx: UnitOfWork, type: ConsentType, input: CaptureConsentInput): Promise<void> {
  const text = await tx.get(ConsentTextVersion, input.textVersionId);
  if (text.typeId !== type.id)
    throw new InputError('This text belongs to another consent type', ['input', 'textVersionId']);
  if (text.status !== 'PUBLISHED') throw new ConflictError('This text is not the published one');
  if (text.bodySha256 !== input.textSha256.toLowerCase()) {
    throw new DomainError('TEXT_MISMATCH', 'The text shown is not the published one: its hash differs', {
      path: ['input', 'textSha256'],
    });
  }
}

async function announceAnswer(tx: UnitOfWork, record: ConsentRecord): Promise<void> {
  const event = announcement(record);
  if (record.status !== 'GRANTED') return tx.publish('consent.record.denied', event);
  const validUntil = record.validUntil?.toISOString() ?? null;
  return tx.publish('consent.record.granted', { ...event, data: { ...event.data, validUntil } });
}

async function supersedeEarlier(tx: UnitOfWork, type: ConsentType, patientId: string): Promise<void> {
  const live = [
    ...(await tx.list(ConsentRecord, { patientId, typeId: type.id, status: 'GRANTED' })),
    ...(await tx.list(ConsentRecord, { patientId, typeId: type.id, status: 'DENIED' })),
  ];
  for (const record of live) {
    record.supersede();
    await tx.save(record);
    const event = announcement(record);
    await tx.publish('consent.record.superseded', { ...event, data: { ...event.data, supersededBy: null } });
  }
}

function newRecord(
  tx: UnitOfWork,
  type: ConsentType,
  input: CaptureConsentInput,
): Parameters<typeof tx.create<ConsentRecord>>[1] {
  const { patientId, textVersionId, decision, channel } = input;
  return {
    ...{ id: newId('cns'), patientId, typeId: type.id, textVersionId, purpose: type.purpose, decision, channel },
    status: decision === 'PERMIT' ? 'GRANTED' : 'DENIED',
    provisions: input.provisions ?? [],
    hasProvisions: !!input.provisions?.length,
    capturedBy: snapshotOf(tx.actor),
    validFrom: tx.at,
    validUntil: input.validUntil ?? null,
    withdrawnAt: null,
    withdrawalReason: null,
  };
}

/** The patient is the aggregate: whoever follows a patient's consents sees them in order. */
function announcement(record: ConsentRecord): Announcement {
  const { id, patientId, purpose, typeId } = record;
  const data = { patientId, consentRecordId: id, consentTypeId: typeId, purpose };
  return { resourceId: id, aggregate: { type: 'Patient', id: patientId }, data };
}

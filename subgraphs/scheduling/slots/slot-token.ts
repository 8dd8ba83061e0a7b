import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';

/** What a slot is, apart from how it is shown. */
export interface SlotOffer {
  readonly practitionerId: string;
  readonly serviceTypeId: string;
  readonly locationId: string | null;
  readonly startMs: number;
  /** Until when the offer can be taken. */
  readonly untilMs: number;
}

const offerSchema = z.strictObject({
  practitionerId: z.string(),
  serviceTypeId: z.string(),
  locationId: z.string().nullable(),
  startMs: z.int(),
  untilMs: z.int(),
});

/** An opaque text that only this organisation's key can have made, so that a slot need not be stored to be booked. */
export async function signSlot(unit: UnitOfWork, offer: SlotOffer): Promise<string> {
  const body = Buffer.from(JSON.stringify(offer)).toString('base64url');
  return `${body}.${await unit.hash('slot.token', body)}`;
}

/** @throws {DomainError} SLOT_INVALID when this organisation has not made the token. */
export async function readSlotToken(unit: UnitOfWork, token: string): Promise<SlotOffer> {
  const [body = '', seal = ''] = token.split('.');
  const expected = Buffer.from(await unit.hash('slot.token', body));
  const given = Buffer.from(seal);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw invalidSlot('This is not a slot token');
  return offerSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
}

export function invalidSlot(message: string): DomainError {
  return new DomainError('SLOT_INVALID', message, { path: ['input', 'slotToken'] });
}

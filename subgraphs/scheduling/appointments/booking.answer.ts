import { DomainError } from '#shared/errors';
import { respond } from '#shared/graphql';
import { type Appointment } from './appointment.entity';
import { type AppointmentPayload } from './appointment.types';

/** A booking's answer: as of any mutation, and after SLOT_TAKEN the times that are free instead. */
export async function answerBooking(booking: Promise<Appointment>): Promise<AppointmentPayload> {
  let nextFree: Date[] | null = null;
  const noted = booking.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'SLOT_TAKEN') nextFree = freeTimes(error);
    throw error;
  });
  const answer = await respond('appointment', noted);
  return { ...answer, nextFree };
}

function freeTimes({ details }: DomainError): Date[] {
  const { nextFree } = details;
  return Array.isArray(nextFree) ? nextFree.map((start) => new Date(String(start))) : [];
}

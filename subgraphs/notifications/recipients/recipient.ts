import { In, type FindOptionsWhere } from 'typeorm';
import { type Actor } from '#shared/auth';
import { type TenantEntity } from '#shared/database';
import { isId } from '#shared/ids';

/** Whom a row is for: a user (`usr_…`) or a patient (`pat_…`), whether or not the patient can sign in. */
export interface Addressed {
  readonly recipient: string;
}

export function recipientUserId({ recipient }: Addressed): string | null {
  return isId('usr', recipient) ? recipient : null;
}

export function recipientPatientId({ recipient }: Addressed): string | null {
  return isId('pat', recipient) ? recipient : null;
}

/** Everybody whose messages this actor reads: the user, and the patients the user is or acts for. */
export function recipientsOf(actor: Actor): string[] {
  return [...(actor.userId === null ? [] : [actor.userId]), ...actor.patientIds];
}

/** The rows addressed to this actor. */
export function addressedTo<E extends TenantEntity & Addressed>(actor: Actor): FindOptionsWhere<E> {
  return { recipient: In(recipientsOf(actor)) } as FindOptionsWhere<E>;
}
